"""A telemetry that keeps its figures, for tests to read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping


class Figures:
    """Counters by name and labels; of gauges and histograms every value, in order."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.values: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        self.counts[(name, *labels.values())] += amount

    def gauge(self, name: str, value: float, **labels: str) -> None:
        self._keep(name, value, labels)

    def observe(self, name: str, value: float, **labels: str) -> None:
        self._keep(name, value, labels)

    def _keep(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        self.values[(name, *labels.values())].append(value)
