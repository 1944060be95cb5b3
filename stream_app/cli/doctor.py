"""`stream-app doctor`: checks every server, version, topic and model, and says what to do."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer
from rich.text import Text

from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.cli.configuration import unknown_settings
from stream_app.cli.output import stdout, write_json
from stream_app.cli.target import settings_in_use
from stream_app.clients import connection_of, triton_tls_of
from stream_app.compose import state_topics
from stream_app.doctor.examination import RedisAddress, Subject, TritonAddress, examine
from stream_app.doctor.finding import Finding, Status
from stream_app.doctor.topics import Wanted
from stream_app.embedded.triton import TritonOptions
from stream_app.events.topics import INTERNAL, TOPICS
from stream_app.settings import Settings

app = typer.Typer()

_MARKS = {Status.OK: ("✓", "green"), Status.WARNING: ("!", "yellow"), Status.FAILURE: ("✗", "red")}
_CHECK_WIDTH = 16


@app.command()
def doctor(
    *, json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each check.")] = False
) -> None:
    """Check this machine, the model and every server; exit 1 if a worker could not do its work.

    Servers that are not configured to be elsewhere are started for a moment.

    Example: STREAM_APP_KAFKA_BROKERS=kafka:9092 stream-app doctor
    """
    failures = asyncio.run(_report(_subject(settings_in_use()), _json_line if json else _line))
    if not json:
        stdout().print(f"{failures} failed: see the lines with ✗" if failures else "all is well", style="bold")
    if failures:
        raise typer.Exit(1)


def _subject(settings: Settings) -> Subject:
    redis, triton = settings.redis_url, settings.triton_url
    return Subject(
        state_dir=settings.state_dir,
        topics=Wanted(settings.topic_prefix, TOPICS, INTERNAL, state_topics(settings.consumer_group)),
        kafka=(lambda: connection_of(settings)) if settings.kafka_brokers else None,
        redis=RedisAddress(redis.get_secret_value(), settings.redis_ca_file) if redis else None,
        triton=TritonAddress(triton, partial(triton_tls_of, settings)) if triton else None,
        embedded_triton=TritonOptions(
            model_repository=settings.model_repository,
            server=settings.triton_server,
            model_config_name=settings.triton_model_config,
        ),
        graph_store=lambda client: RedisGraphStore(client, prefix=settings.redis_prefix),
        start_timeout_seconds=settings.start_timeout,
        media_readers=settings.media_readers,
        unknown_settings=unknown_settings(),
    )


async def _report(subject: Subject, show: Callable[[Finding], None]) -> int:
    """Show what is found as it is found; return how much of it is a failure."""
    failures = 0
    async for finding in examine(subject):
        show(finding)
        failures += finding.status is Status.FAILURE
    return failures


def _line(finding: Finding) -> None:
    mark, style = _MARKS[finding.status]
    console = stdout()
    console.print(Text.assemble((mark, style), f" {finding.check:{_CHECK_WIDTH}} {finding.detail}"), soft_wrap=True)
    if finding.advice:
        console.print(Text(f"{'':{_CHECK_WIDTH + 2}} → {finding.advice}", style=style), soft_wrap=True)


def _json_line(finding: Finding) -> None:
    write_json(dataclasses.asdict(finding))
