"""The composition root: settings to adapters to flow to a worker. The one file that knows everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import faust

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.kafka import KafkaEventLog, partitions_of
from stream_app.adapters.kafka_offsets import GroupOffsets
from stream_app.adapters.model_repository import topic_labels
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.adapters.telemetry import PrometheusTelemetry
from stream_app.agents.alerts import AlertsOutside, add_alerts
from stream_app.agents.engine import EngineOptions, engine
from stream_app.agents.in_hand import InHand
from stream_app.agents.ingest import BatchOptions, add_ingest_agent
from stream_app.agents.liveness import Liveness, Signs
from stream_app.agents.patience import Patience
from stream_app.agents.risk import add_risk, risk_topics
from stream_app.agents.rollup_part import Surroundings, add_rollups, add_tick_relay, rollup_changelog
from stream_app.agents.ticks import tick_for_ever
from stream_app.agents.worker import (
    asked_to_stop,
    assigned_partitions,
    ended_before,
    exit_process,
    run_until_stopped,
    write_when_ready,
)
from stream_app.clients import connection_of, ensure_state_topics, ensure_topics, redis_of
from stream_app.compose_alerts import AlertSurroundings, alerts_outside
from stream_app.compose_ingest import Ingesting, build_ingestion
from stream_app.compose_risk import build_risk_models
from stream_app.events.topics import INPUTS, TICKS_EVERYWHERE, Topic
from stream_app.knowledge.build import build_graph
from stream_app.settings import Settings

PARTS = frozenset({"ingest", "risk", "rollups", "alerts"})
_WITHOUT_GRAPH = frozenset({"rollups"})
_GRACE_SECONDS = 20.0
_HEARTBEATS_A_SESSION = 6


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker's parts, connected to nothing yet."""

    app: faust.App
    ingesting: Ingesting | None
    snapshots: SnapshotSource
    log: KafkaEventLog
    liveness: Liveness
    patience: Patience
    telemetry: PrometheusTelemetry
    alerts: AlertsOutside | None


def build_worker(settings: Settings, parts: Collection[str] = PARTS) -> Worker:
    """Return a worker for the configured servers that runs these parts."""
    telemetry, connection = PrometheusTelemetry(), connection_of(settings)
    patience = Patience(telemetry)
    log = KafkaEventLog(connection, prefix=settings.topic_prefix)
    snapshots = SnapshotSource(
        RedisGraphStore(redis_of(settings), prefix=settings.redis_prefix),
        telemetry,
        build=build_graph,
        poll_seconds=settings.kg_poll,
        links="ingest" in parts,
    )
    around = _surroundings(settings, log, telemetry=telemetry, patience=patience)
    batch, prefix = around.batch, settings.topic_prefix
    app, ingesting, alerts = _engine(settings, batch.in_hand), None, None
    if "ingest" in parts:
        ingesting = build_ingestion(settings, log, snapshots, telemetry=telemetry, patience=patience)
        for topic in INPUTS:
            add_ingest_agent(app, topic, ingesting.ingestion.handle, prefix=prefix, options=batch, die=exit_process)
    if "risk" in parts:
        add_risk(app, around, build_risk_models(settings, lambda: snapshots.graph))
    if "rollups" in parts:
        add_rollups(app, around)
    if "rollups" in parts or ("risk" in parts and around.settle):
        add_tick_relay(app, around)
    if "alerts" in parts:
        replication = settings.kafka_replication
        outside = AlertSurroundings(connection, prefix, replication, log, around.clock, telemetry, patience)
        alerts = alerts_outside(outside, lambda: snapshots.graph, partial(topic_labels, settings.model_repository))
        add_alerts(app, alerts, prefix=prefix, options=batch, die=exit_process, settle=around.settle)
    liveness = Liveness(
        GroupOffsets(connection, settings.consumer_group),
        SystemClock(),
        timeout=timedelta(seconds=settings.stall_timeout),
        signs=Signs(
            assigned=partial(assigned_partitions, app),
            waiting=lambda: patience.waiting or (ingesting is not None and ingesting.waiting),
            advanced=lambda: ingesting.advanced(prefix) if ingesting is not None else frozenset(),
        ),
        die=exit_process,
    )
    return Worker(app, ingesting, snapshots, log, liveness, patience, telemetry, alerts)


def _surroundings(
    settings: Settings, log: KafkaEventLog, *, telemetry: PrometheusTelemetry, patience: Patience
) -> Surroundings:
    ticks = settings.topic_prefix + TICKS_EVERYWHERE.name
    return Surroundings(
        group=settings.consumer_group,
        prefix=settings.topic_prefix,
        log=log,
        clock=SystemClock(),
        telemetry=telemetry,
        patience=patience,
        partitions=partial(partitions_of, connection_of(settings), ticks),
        batch=_batches(settings),
        die=exit_process,
        settle=settings.settle_at_ticks,
    )


def _batches(settings: Settings) -> BatchOptions:
    return BatchOptions(
        most=settings.batch_documents,
        within=settings.batch_wait,
        grace=_GRACE_SECONDS,
        in_hand=InHand(filling=settings.batch_wait),
        settled=settings.settled_novelty,
    )


def _engine(settings: Settings, in_hand: InHand) -> faust.App:
    options = EngineOptions(
        group=settings.consumer_group,
        connection=connection_of(settings),
        rebalance_timeout=settings.kafka_rebalance_timeout,
        fetch_wait=settings.kafka_fetch_wait,
        session_timeout=settings.kafka_session_timeout,
        heartbeat_interval=settings.kafka_session_timeout / _HEARTBEATS_A_SESSION,
        commit_interval=settings.commit_interval,
        data_dir=settings.state_dir / "faust",
        grace=_GRACE_SECONDS,
    )
    return engine(options, in_hand)


def state_topics(group: str) -> tuple[Topic, ...]:
    """Return the topics of a group of workers that have as many partitions as `sentiment.events`."""
    return TICKS_EVERYWHERE, rollup_changelog(group), *risk_topics(group)


async def run_worker(settings: Settings, *, ready_file: Path | None = None, parts: Collection[str] = PARTS) -> None:
    """Run one worker until SIGINT or SIGTERM; servers that are away at the start are waited for."""
    stop = asked_to_stop()
    worker = build_worker(settings, parts)
    async with AsyncExitStack() as running:
        if settings.metrics_port:
            worker.telemetry.serve(settings.metrics_port)
        if await ended_before(stop, _start(worker, settings, running, with_graph=bool(set(parts) - _WITHOUT_GRAPH))):
            await run_until_stopped(worker.app, stop, on_ready=write_when_ready(ready_file, worker.app))


async def _start(worker: Worker, settings: Settings, running: AsyncExitStack, *, with_graph: bool) -> None:
    """Start all but the engine, one after the other; `running` ends what was started."""
    available = worker.patience.until_available
    await available(partial(ensure_topics, settings))
    await available(partial(ensure_state_topics, settings, state_topics(settings.consumer_group)))
    running.push_async_callback(worker.log.stop)
    await available(worker.log.start)
    if worker.ingesting is not None:
        running.push_async_callback(worker.ingesting.stop)
        await available(worker.ingesting.model.start)
        for beside in worker.ingesting.follow():
            running.push_async_callback(_cancelled, asyncio.create_task(beside))
    if with_graph:
        await worker.snapshots.start()
        running.push_async_callback(_cancelled, asyncio.create_task(worker.snapshots.follow()))
    if settings.tick_period:
        ticking = tick_for_ever(worker.log, SystemClock(), seconds=settings.tick_period)
        running.push_async_callback(_cancelled, asyncio.create_task(ticking))
    if worker.alerts is not None:
        running.push_async_callback(worker.alerts.table.stop)
        await worker.alerts.table.start(worker.patience)
    worker.liveness.start()
    running.callback(worker.liveness.stop)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
