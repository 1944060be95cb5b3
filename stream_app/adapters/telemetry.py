"""Figures to Prometheus; the table of metrics is `stream_app.pipeline.metrics`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.metrics import MetricWrapperBase

from stream_app.errors import ServerUnavailable
from stream_app.pipeline.metrics import METRICS, Metric, MetricKind


class PrometheusTelemetry:
    """Holds every metric of the table, all from the start, so that a rate can be computed from the first scrape."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._metrics = {metric.name: _made(metric, self.registry) for metric in METRICS}

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add to a counter."""
        self._labelled(name, labels).inc(amount)  # type: ignore[attr-defined]

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        self._labelled(name, labels).set(value)  # type: ignore[attr-defined]

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add an observation to a histogram."""
        self._labelled(name, labels).observe(value)  # type: ignore[attr-defined]

    def _labelled(self, name: str, labels: dict[str, str]) -> MetricWrapperBase:
        metric = self._metrics[name]
        return metric.labels(**labels) if labels else metric

    def serve(self, port: int) -> None:
        """Answer Prometheus on that port of all interfaces, from a thread; ServerUnavailable where it is taken."""
        try:
            start_http_server(port, registry=self.registry)
        except OSError as error:
            message = f"port {port} cannot be served ({error.strerror}): choose another STREAM_APP_METRICS_PORT"
            raise ServerUnavailable(message) from error


def _made(metric: Metric, registry: CollectorRegistry) -> MetricWrapperBase:
    match metric.kind:
        case MetricKind.COUNTER:
            return Counter(metric.name, metric.meaning, metric.labels, registry=registry)
        case MetricKind.GAUGE:
            return Gauge(metric.name, metric.meaning, metric.labels, registry=registry)
        case MetricKind.HISTOGRAM:
            return Histogram(metric.name, metric.meaning, metric.labels, buckets=metric.buckets, registry=registry)


class MemoryTelemetry:
    """Keeps the sums of what was counted, the last of what was set, and all that was observed, by name."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.gauges: dict[str, float] = {}
        self.observations: dict[str, list[float]] = {}

    def count(self, name: str, amount: int = 1, **_: str) -> None:
        """Add to a counter."""
        self.counts[name] = self.counts.get(name, 0) + amount

    def gauge(self, name: str, value: float, **_: str) -> None:
        """Set a gauge."""
        self.gauges[name] = value

    def observe(self, name: str, value: float, **_: str) -> None:
        """Add an observation."""
        self.observations.setdefault(name, []).append(value)


class NoTelemetry:
    """Hears nothing: for work beside the stream, whose requests are not to be taken for the stream's."""

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Do nothing."""

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Do nothing."""

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Do nothing."""
