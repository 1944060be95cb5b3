"""The part of a worker that makes rollups: its agents, its table, and the topics that they need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import faust

from stream_app.agents.guard import Die
from stream_app.agents.ingest import BatchOptions, add_ingest_agent
from stream_app.agents.patience import Patience
from stream_app.agents.rollups import Rollups
from stream_app.agents.shelf import Shelf
from stream_app.agents.tables import add_table, changelog_topic
from stream_app.agents.ticks import TickRelay
from stream_app.events.topics import SENTIMENT, TICKS, TICKS_EVERYWHERE, Topic
from stream_app.pipeline.ports import Clock, EventLog, Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a part with state is given.

    `partitions` tells how many `clock.ticks.all` has; `settle` to decide at ticks, in the order of event time.
    """

    group: str
    prefix: str
    log: EventLog
    clock: Clock
    telemetry: Telemetry
    patience: Patience
    partitions: Callable[[], Awaitable[int]]
    batch: BatchOptions
    die: Die
    settle: bool = False


def rollup_changelog(group: str) -> Topic:
    """Return the topic that the group's rollups are restored from."""
    return changelog_topic(group, "rollups")


def add_rollups(app: faust.App, around: Surroundings) -> None:
    """Let `app` make rollups of `sentiment.events`."""
    table, after_recovery = add_table(
        app, around.log, changelog=rollup_changelog(around.group), prefix=around.prefix, patience=around.patience
    )
    rollups = Rollups(Shelf(table), around.log, around.clock, telemetry=around.telemetry, patience=around.patience)
    after_recovery(rollups.recovered)
    options = replace(around.batch, part="rollups")
    for topic, handler in ((SENTIMENT, rollups.absorb), (TICKS_EVERYWHERE, rollups.tick)):
        add_ingest_agent(app, topic, handler, prefix=around.prefix, options=options, die=around.die)


def add_tick_relay(app: faust.App, around: Surroundings) -> None:
    """Let `app` hand each tick to all partitions; once for all parts that hold state."""
    relay = TickRelay(around.log, partitions=around.partitions, telemetry=around.telemetry, patience=around.patience)
    options = replace(around.batch, part="ticks")
    add_ingest_agent(app, TICKS, relay.handle, prefix=around.prefix, options=options, die=around.die)
