"""The composition root's part for images: settings to what reads them."""

from __future__ import annotations

from stream_app.adapters.ocr.reader import OcrReader
from stream_app.pipeline.ports import Telemetry
from stream_app.settings import Settings


def build_images(settings: Settings, telemetry: Telemetry) -> OcrReader | None:
    """Return what reads images, which starts nothing before the first; None where none are to be read."""
    if not settings.media_readers:
        return None
    return OcrReader(telemetry, processes=settings.media_readers, timeout_seconds=settings.media_timeout)
