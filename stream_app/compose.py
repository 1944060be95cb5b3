"""The composition root: settings to adapters to flow to a worker. The one file that knows everybody."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import faust

from stream_app.adapters.caching_model import CachingModel
from stream_app.adapters.clock import SystemClock
from stream_app.adapters.degrading_seen import DegradingSeenStore
from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.kafka_offsets import GroupOffsets
from stream_app.adapters.model_repository import ModelFiles, read_model
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.adapters.redis_seen import RedisSeenStore
from stream_app.adapters.result_file import ResultFile
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.adapters.telemetry import PrometheusTelemetry
from stream_app.adapters.triton import RequestOptions, TritonModel
from stream_app.agents.engine import EngineOptions, engine
from stream_app.agents.ingest import BatchOptions, add_ingest_agent
from stream_app.agents.ingestion import Ingestion
from stream_app.agents.liveness import Liveness
from stream_app.agents.outbox import Outbox
from stream_app.agents.patience import Patience
from stream_app.agents.worker import assigned_partitions, exit_process, run_until_stopped, write_when_ready
from stream_app.clients import connection_of, ensure_topics, redis_of, triton_of
from stream_app.events.topics import INPUTS
from stream_app.knowledge.build import build_graph
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.encoding import Encoder
from stream_app.pipeline.flow import Flow
from stream_app.pipeline.language import why_unread
from stream_app.pipeline.ports import FusionModel, Telemetry
from stream_app.pipeline.reading import Reader
from stream_app.settings import Settings

_GRACE_SECONDS = 20.0
_HEARTBEATS_A_SESSION = 6


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker's parts, connected to nothing yet."""

    app: faust.App
    model: TritonModel
    snapshots: SnapshotSource
    log: KafkaEventLog
    liveness: Liveness
    patience: Patience
    telemetry: PrometheusTelemetry


def build_reader(model: FusionModel, files: ModelFiles) -> Reader:
    """Return what reads documents with this model."""
    unread = partial(why_unread, languages=files.languages, model_version=files.version)
    return Reader(model, Encoder(files.tokenizer), topics=files.topics, why_unread=unread)


def build_worker(settings: Settings) -> Worker:
    """Return a worker for the configured servers."""
    telemetry, clock = PrometheusTelemetry(), SystemClock()
    connection, redis, files = connection_of(settings), redis_of(settings), read_model(settings.model_repository)
    patience = Patience(telemetry)
    log = KafkaEventLog(connection, prefix=settings.topic_prefix)
    model = TritonModel(
        partial(triton_of, settings),
        str(settings.triton_url),
        version=files.version,
        telemetry=telemetry,
        options=RequestOptions(timeout_seconds=settings.triton_timeout),
    )
    snapshots = SnapshotSource(
        RedisGraphStore(redis, prefix=settings.redis_prefix),
        telemetry,
        build=build_graph,
        poll_seconds=settings.kg_poll,
    )
    seen = DegradingSeenStore(RedisSeenStore(redis, prefix=settings.redis_prefix), telemetry)
    flow = Flow(
        build_reader(_cached(model, settings, telemetry), files),
        seen,
        snapshots.details,
        clock=clock,
        compute=asyncio.to_thread,
        suppress=settings.suppress_repeats,
    )
    ingestion = Ingestion(
        flow,
        Outbox(log, seen, clock, telemetry=telemetry, patience=patience),
        snapshots=snapshots,
        patience=patience,
        new_limit=partial(DeadLetterLimit, settings.dead_letter_stretch, settings.dead_letter_share),
    )
    app = _engine(settings)
    for topic in INPUTS:
        batch = _batches(settings)
        add_ingest_agent(app, topic, ingestion.handle, prefix=settings.topic_prefix, options=batch, die=exit_process)
    liveness = Liveness(
        GroupOffsets(connection, settings.consumer_group),
        clock,
        timeout=timedelta(seconds=settings.stall_timeout),
        assigned=partial(assigned_partitions, app),
        waiting=lambda: patience.waiting or model.waiting,
        die=exit_process,
    )
    return Worker(app, model, snapshots, log, liveness, patience, telemetry)


def _batches(settings: Settings) -> BatchOptions:
    return BatchOptions(
        most=settings.batch_documents,
        within=settings.batch_wait,
        grace=_GRACE_SECONDS,
        settled=settings.settled_novelty,
    )


def _cached(model: FusionModel, settings: Settings, telemetry: Telemetry) -> FusionModel:
    return CachingModel(model, ResultFile(settings.model_cache), telemetry) if settings.model_cache else model


def _engine(settings: Settings) -> faust.App:
    options = EngineOptions(
        group=settings.consumer_group,
        connection=connection_of(settings),
        rebalance_timeout=settings.kafka_rebalance_timeout,
        session_timeout=settings.kafka_session_timeout,
        heartbeat_interval=settings.kafka_session_timeout / _HEARTBEATS_A_SESSION,
        commit_interval=settings.commit_interval,
        data_dir=settings.state_dir / "faust",
    )
    return engine(options)


async def run_worker(settings: Settings, *, ready_file: Path | None = None) -> None:
    """Run one worker until SIGINT or SIGTERM; servers that are away at the start are waited for."""
    worker = build_worker(settings)
    async with AsyncExitStack() as running:
        if settings.metrics_port:
            worker.telemetry.serve(settings.metrics_port)
        await worker.patience.until_available(partial(ensure_topics, settings))
        await worker.patience.until_available(worker.log.start)
        running.push_async_callback(worker.log.stop)
        await worker.patience.until_available(worker.model.start)
        running.push_async_callback(worker.model.stop)
        await worker.snapshots.start()
        following = asyncio.create_task(worker.snapshots.follow())
        running.push_async_callback(_cancelled, following)
        worker.liveness.start()
        running.callback(worker.liveness.stop)
        await run_until_stopped(worker.app, on_ready=write_when_ready(ready_file, worker.app))


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
