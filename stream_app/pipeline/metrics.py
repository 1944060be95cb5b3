"""Every metric, once: its kind, unit, labels and meaning. `docs/metrics.md` is made from this table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class MetricKind(StrEnum):
    """The kinds that Prometheus knows."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; `buckets` are the upper bounds of a histogram."""

    name: str
    kind: MetricKind
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_COUNTS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)
_DIFFERENCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_COUNTER, _GAUGE, _HISTOGRAM = MetricKind

METRICS = (
    Metric("stream_app_records_total", _COUNTER, "records", "Records that have their outcome.", ("topic", "outcome")),
    Metric(
        "stream_app_events_total", _COUNTER, "events",
        "Sentiment events that were written, by the kind of their entity, or `none`.", ("entity_kind",),
    ),
    Metric("stream_app_dead_letters_total", _COUNTER, "records", "Records that were rejected.", ("error_kind",)),
    Metric(
        "stream_app_unscored_total", _COUNTER, "events",
        "Events without scores: the model does not read the language, or not so far into the text.",
    ),
    Metric(
        "stream_app_media_total", _COUNTER, "media",
        "What came with documents: `read`, `no_text`, or why it was not read (docs/media.md).", ("outcome",),
    ),
    Metric("stream_app_image_seconds", _HISTOGRAM, "seconds", "Time to read one image.", (), _SECONDS),
    Metric("stream_app_batch_records", _HISTOGRAM, "records", "Records of a micro-batch.", (), _COUNTS),
    Metric(
        "stream_app_latency_seconds", _HISTOGRAM, "seconds",
        "From the broker's time stamp of a document to its events being written.", (), _SECONDS,
    ),
    Metric("stream_app_subscriptions", _GAUGE, "subscriptions", "Subscriptions that events are matched with."),
    Metric("stream_app_matches_total", _COUNTER, "notices", "What matching passed on to alerting, ticks included."),
    Metric("stream_app_alerts_total", _COUNTER, "alerts", "Alerts that were written."),
    Metric(
        "stream_app_alerts_held_total", _COUNTER, "matches",
        "Matches that gave no alert of their own: repeated, hovering, throttled or digested.", ("why",),
    ),
    Metric(
        "stream_app_risk_exposures", _HISTOGRAM, "entities",
        "Entities that one sentiment event exposes.", (), _COUNTS,
    ),
    Metric(
        "stream_app_risk_events_total", _COUNTER, "events",
        "Risk events that were written, by their direction.", ("direction",),
    ),
    Metric("stream_app_step_retries_total", _COUNTER, "tries", "Steps tried again because a server was away."),
    Metric(
        "stream_app_graph_adoptions_total", _COUNTER, "versions",
        "Versions of the knowledge graph that were taken into use.", ("kg_version",),
    ),
    Metric(
        "stream_app_graph_store_errors_total", _COUNTER, "errors",
        "Looks at the graph store that failed; linking goes on with the held graph.",
    ),
    Metric("stream_app_seen_store_away", _GAUGE, "0 or 1", "Whether novelty is judged from the worker's memory alone."),
    Metric("stream_app_triton_away", _GAUGE, "0 or 1", "Whether Triton is away, so that consumption pauses."),
    Metric("stream_app_triton_request_seconds", _HISTOGRAM, "seconds", "Time of a request to Triton.", (), _SECONDS),
    Metric(
        "stream_app_triton_batch_fill", _HISTOGRAM, "share",
        "How much of a full batch a request held, in tokens.", (), _SHARES,
    ),
    Metric(
        "stream_app_model_cache_rows_total", _COUNTER, "rows",
        "Rows whose results were kept, or had to be computed, in a replay.", ("outcome",),
    ),
    Metric(
        "stream_app_model_adoptions_total", _COUNTER, "versions",
        "Versions of the model that were taken into use, as `served` or as `challenger`.", ("role", "model_version"),
    ),
    Metric(
        "stream_app_shadow_documents_total", _COUNTER, "documents",
        "Documents that the challenger read as well: `compared`, `failed`, or `dropped` since it was behind.",
        ("model_version", "outcome"),
    ),
    Metric(
        "stream_app_shadow_labels_total", _COUNTER, "labels",
        "Likeliest labels of documents and entities of which the challenger says the `same` or an `other` one.",
        ("model_version", "agreement"),
    ),
    Metric(
        "stream_app_shadow_polarity_difference", _HISTOGRAM, "polarity",
        "How far the challenger's polarity of a document or an entity lies from the served one, 0 to 2.",
        ("model_version",), _DIFFERENCES,
    ),
    Metric("stream_app_triton_retries_total", _COUNTER, "requests", "Requests that are made again.", ("reason",)),
    Metric(
        "stream_app_rollup_events_total", _COUNTER, "events",
        "Sentiment events by how they came to their windows: `in_time`, `late` (a closed window is corrected), "
        "`too_late` (over a day: in no window), `repeated`, `no_entity`, `unreadable` (a dead letter).", ("arrival",),
    ),
    Metric("stream_app_rollups_total", _COUNTER, "rollups", "Rollups that were written.", ("window",)),
    Metric("stream_app_ticks_total", _COUNTER, "ticks", "Ticks that were handed to all partitions."),
)  # fmt: skip


def as_markdown() -> Iterator[str]:
    """Yield the lines of the table that the docs show."""
    yield "| metric | kind | unit | labels | meaning |"
    yield "| --- | --- | --- | --- | --- |"
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"| `{metric.name}` | {metric.kind} | {metric.unit} | {labels} | {metric.meaning} |"
