"""The composition root's part for the model: settings to the version that is asked, and to the challenger."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from stream_app.adapters.caching_model import CachingModel
from stream_app.adapters.document_encoder import encoder_of
from stream_app.adapters.model_repository import ModelFiles, read_model, served_number
from stream_app.adapters.model_source import ModelSource, Opened
from stream_app.adapters.model_standing import read_standing
from stream_app.adapters.result_file import ResultFile
from stream_app.adapters.telemetry import NoTelemetry
from stream_app.adapters.triton import RequestOptions, TritonModel
from stream_app.clients import triton_of, triton_place
from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.language import why_unread
from stream_app.pipeline.ports import FusionModel, Telemetry
from stream_app.pipeline.reading import Reader
from stream_app.settings import Settings


def build_reader(model: FusionModel, files: ModelFiles, *, reads_further: Callable[[], bool] = lambda: True) -> Reader:
    """Return what reads documents with this model; `reads_further`: whether it has its further networks as well."""

    def unread(linked: LinkedDocument) -> str | None:
        languages = files.languages if reads_further() else files.main.languages
        return why_unread(linked, languages, files.version)

    return Reader(model, encoder_of(files), topics=files.topics, why_unread=unread)


def served_source(settings: Settings, telemetry: Telemetry) -> ModelSource:
    """Return the version to score with: the one that is served, or the one that the settings name."""
    options = RequestOptions(timeout_seconds=settings.triton_timeout)

    def wanted() -> int:
        return settings.model_version or served_number(settings.model_repository)

    def open_version(number: int) -> Opened:
        files = read_model(settings.model_repository, number)
        model = _triton_model(settings, files, telemetry, options=options)
        cached = _cached(model, settings, telemetry)
        return Opened(number, model, build_reader(cached, files, reads_further=lambda: model.reads_further))

    return ModelSource(wanted, open_version, telemetry, role="served", poll_seconds=settings.model_poll)


def challenger_source(settings: Settings, telemetry: Telemetry) -> ModelSource:
    """Return the challenger, one request at a time, and none of its requests in the figures of the stream."""
    options = RequestOptions(
        timeout_seconds=settings.triton_timeout, in_flight=1, while_away="shadow scoring pauses until it is back"
    )

    def wanted() -> int | None:
        return read_standing(settings.model_repository).challenger

    def open_version(number: int) -> Opened:
        files = read_model(settings.model_repository, number)
        model = _triton_model(settings, files, NoTelemetry(), options=options)
        return Opened(number, model, build_reader(model, files, reads_further=lambda: model.reads_further))

    return ModelSource(wanted, open_version, telemetry, role="challenger", poll_seconds=settings.model_poll)


def _triton_model(
    settings: Settings, files: ModelFiles, telemetry: Telemetry, *, options: RequestOptions
) -> TritonModel:
    return TritonModel(
        partial(triton_of, settings),
        triton_place(settings),
        served=(files.number, files.version),
        telemetry=telemetry,
        options=options,
    )


def _cached(model: FusionModel, settings: Settings, telemetry: Telemetry) -> FusionModel:
    return CachingModel(model, ResultFile(settings.model_cache), telemetry) if settings.model_cache else model
