"""The composition root's part for ingestion: settings to the flow, its model and its outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.degrading_seen import DegradingSeenStore
from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.model_source import ModelSource
from stream_app.adapters.ocr.reader import OcrReader
from stream_app.adapters.redis_seen import RedisSeenStore
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.agents.ingestion import Ingestion
from stream_app.agents.outbox import Outbox
from stream_app.agents.patience import Patience
from stream_app.agents.shadow import Shadow
from stream_app.clients import redis_of
from stream_app.compose_media import build_images
from stream_app.compose_model import challenger_source, served_source
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.flow import Flow
from stream_app.pipeline.media import MediaReading
from stream_app.pipeline.ports import Telemetry
from stream_app.pipeline.stall import Partition
from stream_app.settings import Settings


@dataclass(frozen=True, slots=True)
class Ingesting:
    """What takes records to sentiment events, with the version that it asks, and the shadow, if there is one."""

    ingestion: Ingestion
    model: ModelSource
    images: OcrReader | None = None
    challenger: ModelSource | None = None
    shadow: Shadow | None = None

    def follow(self) -> list[Coroutine[None, None, None]]:
        """Return what is to run beside it for ever."""
        beside = [self.model.follow()]
        if self.challenger is not None and self.shadow is not None:
            beside += [self.challenger.follow(), self.shadow.run()]
        return beside

    @property
    def waiting(self) -> bool:
        """Whether it waits for what takes its time: a server that is away, or images."""
        return self.model.waiting or (self.images is not None and self.images.busy)

    def advanced(self, prefix: str) -> set[Partition]:
        """Return the partitions, of topics with their prefix, whose batch got on since this was asked last."""
        return {(prefix + topic, partition) for topic, partition in self.ingestion.advanced()}

    async def stop(self) -> None:
        """Disconnect, and end the processes that read images."""
        if self.images is not None:
            await self.images.stop()
        for source in filter(None, (self.model, self.challenger)):
            await source.stop()


def build_ingestion(
    settings: Settings, log: KafkaEventLog, snapshots: SnapshotSource, *, telemetry: Telemetry, patience: Patience
) -> Ingesting:
    """Return what takes records to sentiment events, connected to nothing yet."""
    clock, source = SystemClock(), served_source(settings, telemetry)
    challenger = challenger_source(settings, telemetry) if settings.shadow_share else None
    shadow = Shadow(lambda: challenger.reader, telemetry, share=settings.shadow_share) if challenger else None
    seen = DegradingSeenStore(RedisSeenStore(redis_of(settings), prefix=settings.redis_prefix), telemetry)
    images = build_images(settings, telemetry)
    flow = Flow(
        seen,
        snapshots.details,
        clock=clock,
        compute=asyncio.to_thread,
        media=MediaReading(images, telemetry),
        suppress=settings.suppress_repeats,
    )
    ingestion = Ingestion(
        flow,
        Outbox(log, seen, clock, telemetry=telemetry, patience=patience),
        adopted=lambda: (snapshots.current, source.current),
        patience=patience,
        new_limit=partial(DeadLetterLimit, settings.dead_letter_stretch, settings.dead_letter_share),
        shadow=shadow,
    )
    return Ingesting(ingestion, source, images, challenger, shadow)
