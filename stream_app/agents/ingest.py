"""The ingest agents: micro-batches of raw records from an input topic to the handler, in order."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import faust

from stream_app.adapters.seen_json import SETTLED, seen_from_json
from stream_app.agents.guard import Die, finish_or_die
from stream_app.agents.in_hand import InHand
from stream_app.events.topics import Topic
from stream_app.pipeline.records import JUDGED, Record, stamped

Handler = Callable[[Sequence[Record]], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """At most `most` records a batch; a batch waits `within` seconds to fill; `grace` seconds to finish at a stop.

    `in_hand` counts the batches of all agents.
    `part` is the part of the worker that consumes: several may consume one topic.
    `settled` takes what the headers of records say of what was decided before: for the topics of a replay, which nobody
    else writes to.
    """

    most: int
    within: float
    grace: float
    in_hand: InHand
    part: str = "ingest"
    settled: bool = False


def add_ingest_agent(
    app: faust.App, topic: Topic, handler: Handler, *, prefix: str, options: BatchOptions, die: Die
) -> None:
    """Let `app` consume `topic` and hand every record to `handler`; offsets advance after it has returned."""
    channel = app.topic(prefix + topic.name, key_serializer="raw", value_serializer="raw", allow_empty=True)

    async def handled(events: Sequence[Any]) -> None:
        await handler([record_of(event.message, prefix, settled=options.settled) for event in events])

    async def ingest(stream: Any) -> None:  # noqa: ANN401  (Faust is not typed)
        async for events in stream.take_events(options.most, within=options.within):
            with options.in_hand.one():
                await finish_or_die(handled(events), grace=options.grace, die=die)

    app.agent(channel, name=f"{options.part}.{topic.name}")(ingest)


def record_of(message: Any, prefix: str, *, settled: bool) -> Record:  # noqa: ANN401  (Faust is not typed)
    """Return the record of an engine's message."""
    headers = dict(message.headers or ()) if settled else {}
    return Record(
        topic=message.topic.removeprefix(prefix),
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        received_at=stamped(message.timestamp),
        settled=seen_from_json(headers[SETTLED]) if SETTLED in headers else None,
        judged_at=datetime.fromisoformat(headers[JUDGED].decode()) if JUDGED in headers else None,
    )
