"""`stream-app worker`: one worker against configured servers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from stream_app.cli.logs import configure_logs
from stream_app.compose import PARTS, run_worker
from stream_app.settings import Settings

app = typer.Typer()
_ALL = ",".join(sorted(PARTS))


@app.command()
def worker(
    *,
    only: Annotated[str, typer.Option(metavar="PART,…", help=f"The parts to run, of {_ALL}.")] = _ALL,
    ready_file: Annotated[Path | None, typer.Option(help="File to make when partitions are assigned.")] = None,
) -> None:
    """Run one worker against configured servers until SIGTERM or Ctrl-C; it finishes the batch in hand.

    Exit status: 0 asked to stop, 2 wrong use or settings, 3 most records of a stretch were invalid, 4 consumption
    stood still, 1 anything else; start it again after 1 and 4.

    Example: STREAM_APP_KAFKA_BROKERS=kafka:9092 STREAM_APP_REDIS_URL=redis://redis STREAM_APP_TRITON_URL=triton:8001
    stream-app worker
    """
    parts = set(only.split(","))
    if unknown := parts - PARTS:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))} is no part of a worker: there is {_ALL}")
    settings = Settings()
    configure_logs(settings.log_level, as_json=settings.log_json)
    asyncio.run(run_worker(settings, ready_file=ready_file, parts=parts))
