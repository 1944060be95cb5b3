"""The composition root's part for ingestion: settings to the flow, its model and its outbox."""

from __future__ import annotations

import asyncio
from functools import partial

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.degrading_seen import DegradingSeenStore
from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.model_repository import ModelFiles, read_model
from stream_app.adapters.redis_seen import RedisSeenStore
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.adapters.triton import RequestOptions, TritonModel
from stream_app.agents.ingestion import Ingestion
from stream_app.agents.outbox import Outbox
from stream_app.agents.patience import Patience
from stream_app.clients import redis_of, triton_of
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.encoding import Encoder
from stream_app.pipeline.flow import Flow
from stream_app.pipeline.language import why_unread
from stream_app.pipeline.ports import FusionModel, Telemetry
from stream_app.pipeline.reading import Reader
from stream_app.settings import Settings


def build_reader(model: FusionModel, files: ModelFiles) -> Reader:
    """Return what reads documents with this model."""
    unread = partial(why_unread, languages=files.languages, model_version=files.version)
    return Reader(model, Encoder(files.tokenizer), topics=files.topics, why_unread=unread)


def build_ingestion(
    settings: Settings, log: KafkaEventLog, snapshots: SnapshotSource, *, telemetry: Telemetry, patience: Patience
) -> tuple[Ingestion, TritonModel]:
    """Return what takes records to sentiment events, and the model that it asks."""
    clock, files = SystemClock(), read_model(settings.model_repository)
    model = TritonModel(
        partial(triton_of, settings),
        str(settings.triton_url),
        version=files.version,
        telemetry=telemetry,
        options=RequestOptions(timeout_seconds=settings.triton_timeout),
    )
    seen = DegradingSeenStore(RedisSeenStore(redis_of(settings), prefix=settings.redis_prefix), telemetry)
    flow = Flow(
        build_reader(model, files),
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
    return ingestion, model
