"""`stream-app demo`: everything on this machine, the shipped sample through it, and the accounts at the end."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Annotated

import typer
from rich.text import Text

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.cli.demo_stories import Stories
from stream_app.cli.output import NEGATIVE, ScrollingTable, announce, stdout, write_json
from stream_app.cli.system import System, running_system
from stream_app.cli.tables import cells_of, view_of
from stream_app.cli.tail import as_json
from stream_app.cli.target import event_log, topic_reader
from stream_app.cli.up import ready_line
from stream_app.errors import DataError
from stream_app.events.dead_letter import DeadLetter
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import DEAD_LETTERS, RISK, SENTIMENT
from stream_app.pipeline.records import Record
from stream_app.pipeline.tally import Tally
from stream_app.sample import messages
from stream_app.settings import Settings

app = typer.Typer()
_LOOK_SECONDS, _QUIET_SECONDS, _PATIENCE_SECONDS = 0.1, 8.0, 60.0
_SHOWN_SEVERITY = 0.15
"""Risks below this are counted and not shown: each document exposes many a little."""

Show = Callable[[Record], None]


@app.command()
def demo(
    *, json: Annotated[bool, typer.Option("--json", help="Print addresses, events and counts as JSON lines.")] = False
) -> None:
    """Start everything, feed the shipped sample of invented news and posts, and print the events as they come.

    They tell what is said of whom, and who else is exposed to it; at the end two stories are told with their risks.

    It ends by itself once every document has its outcome: documents = documents with events + dead letters. Documents
    are counted by id, dead letters by the record that was rejected, so nothing counts twice. On a configured Kafka it
    uses topics of its own, whose names begin with demo-.

    Example: stream-app demo
    """
    settings = Settings()
    with running_system(settings, workers=1, report=announce, overrides=_own_names(settings)) as system:
        if json:
            write_json(ready_line(system))
        stories = Stories()
        tally = asyncio.run(_feed_and_follow(system, _as_json if json else _as_rows(stories)))
    if json:
        write_json({"event": "done"} | tally.counts())
    else:
        stories.print(stdout())
        stdout().print(f"\n{_accounts(tally)}", soft_wrap=True)
    if tally.missing:
        raise DataError(
            f"the accounts do not balance by {tally.missing}: see the logs in {settings.state_dir / 'logs'}"
        )


def _own_names(settings: Settings) -> dict[str, str]:
    """Return names that keep the sample apart from what a Kafka and a Redis of others hold."""
    if settings.kafka_brokers is None and settings.redis_url is None:
        return {}
    name = f"demo-{uuid.uuid4().hex[:8]}"
    return {
        "topic_prefix": f"{settings.topic_prefix}{name}.",
        "redis_prefix": f"{settings.redis_prefix}{name}:",
        "consumer_group": f"{settings.consumer_group}-{name}",
    }


async def _feed_and_follow(system: System, show: Show) -> Tally:
    tally, settings = Tally(), system.settings
    async with AsyncExitStack() as opened, asyncio.TaskGroup() as following:
        log = await opened.enter_async_context(event_log(settings))
        tasks = []
        for topic in (SENTIMENT, RISK, DEAD_LETTERS):
            reader = await opened.enter_async_context(topic_reader(settings, topic.name, from_start=True))
            tasks.append(following.create_task(_follow(reader, tally, show)))
        sample, now = list(messages()), SystemClock().now()
        for one in sample:
            tally.fed(Record(one.topic, 0, 0, key=one.key, value=one.value, received_at=now))
        announce(f"feeding {len(sample)} records")
        await log.send(sample)
        await _until_done(tally, system)
        for task in tasks:
            task.cancel()
    return tally


async def _follow(reader: TopicReader, tally: Tally, show: Show) -> None:
    async for record in reader.follow():
        if record.topic == SENTIMENT.name:
            tally.emitted(SentimentEvent.model_validate_json(record.value or b""))
        elif record.topic == RISK.name:
            tally.exposed(RiskEvent.model_validate_json(record.value or b""))
        else:
            tally.rejected(DeadLetter.model_validate_json(record.value or b""))
        show(record)


async def _until_done(tally: Tally, system: System) -> None:
    """Wait until nothing is missing and nothing more comes, or nothing comes for long."""
    loop = asyncio.get_running_loop()
    last, since = tally.counts(), loop.time()
    while loop.time() - since < (_PATIENCE_SECONDS if tally.missing > 0 else _QUIET_SECONDS):
        await asyncio.sleep(_LOOK_SECONDS)
        system.supervisor.check()
        if tally.counts() != last:
            last, since = tally.counts(), loop.time()


def _as_json(record: Record) -> None:
    write_json(as_json(record))


def _as_rows(stories: Stories) -> Show:
    events, risks, letters = (view_of(topic.name) for topic in (SENTIMENT, RISK, DEAD_LETTERS))
    table = ScrollingTable(stdout(), events.columns)

    def show(record: Record) -> None:
        if record.topic == SENTIMENT.name:
            table.add(*cells_of(record, events))
        elif record.topic == RISK.name:
            risk = RiskEvent.model_validate_json(record.value or b"")
            stories.add(risk)
            if risk.severity >= _SHOWN_SEVERITY:
                when, exposed, direction, chance, why = cells_of(record, risks)
                table.add(when, exposed, direction, "", "risk", Text.assemble(chance, "  ", why))
        else:
            when, place, kind, field, message = cells_of(record, letters)
            table.add(when, Text("dead letter", style=NEGATIVE), place, "", Text.assemble(kind, " ", field), message)

    return show


def _accounts(tally: Tally) -> str:
    again = f" ({tally.records} records; {tally.repeats} brought a document again)" if tally.repeats else ""
    return (
        f"{tally.documents} documents{again} = {tally.documents_with_events} with events "
        f"+ {tally.dead_letters} dead letters; {tally.events} events, {tally.risks} risk events"
    )
