"""The part of a worker that makes risk events: its two agents, its table, and the topics that they need."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import faust

from stream_app.adapters.risk_models import RiskModels
from stream_app.agents.ingest import add_ingest_agent
from stream_app.agents.risk_keeping import Keeping
from stream_app.agents.risk_settling import Settling
from stream_app.agents.risk_spreading import Spreading
from stream_app.agents.rollup_part import Surroundings
from stream_app.agents.tables import add_table, changelog_topic
from stream_app.causal.risks import judge
from stream_app.events.topics import RISK_EFFECTS, SENTIMENT, TICKS_EVERYWHERE, Topic


def risk_topics(group: str) -> tuple[Topic, Topic]:
    """Return the topics that the part needs, with as many partitions as `sentiment.events`."""
    return RISK_EFFECTS, changelog_topic(group, "risk")


def add_risk(app: faust.App, around: Surroundings, models: RiskModels) -> None:
    """Let `app` make risk events of `sentiment.events`."""
    _, changelog = risk_topics(around.group)
    table, after_recovery = add_table(
        app, around.log, changelog=changelog, prefix=around.prefix, patience=around.patience
    )
    spreading = Spreading(
        models.current,
        around.log,
        around.clock,
        compute=asyncio.to_thread,
        telemetry=around.telemetry,
        patience=around.patience,
    )
    keeping = (Settling if around.settle else Keeping)(
        table,
        around.log,
        around.clock,
        judge=partial(judge, parameters=models.parameters, threshold=models.limits.threshold),
        telemetry=around.telemetry,
        patience=around.patience,
    )
    after_recovery(keeping.recovered)
    handlers = [(SENTIMENT, spreading.handle), (RISK_EFFECTS, keeping.handle)]
    if isinstance(keeping, Settling):
        handlers.append((TICKS_EVERYWHERE, keeping.tick))
    for topic, handler in handlers:
        options = replace(around.batch, part="risk")
        add_ingest_agent(app, topic, handler, prefix=around.prefix, options=options, die=around.die)
