"""All that was found of a model by one run of the probes, as one value of JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from stream_app.events.figures import told
from stream_app.probes.bias import MOST_SHIFT, Bias
from stream_app.probes.neighbours import Isolation
from stream_app.probes.robustness import Finding


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the numbers depend on: the same ones give the same numbers, on processors that compute alike."""

    model_version: str
    kg_version: str
    runtime: str
    precision: str
    seed: int
    sample: int


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The findings of one run."""

    conditions: Conditions
    robustness: tuple[Finding, ...]
    bias: Bias
    isolation: Isolation

    @property
    def broken(self) -> tuple[str, ...]:
        """What is beyond its bound, a sentence each."""
        largest, found = self.bias.largest, []
        if largest is not None and abs(largest.whole.value or 0.0) > MOST_SHIFT:
            found.append(
                f"polarity of {largest.dimension} {largest.group} is shifted by {largest.whole.value:+.3f}, "
                f"more than {MOST_SHIFT}"
            )
        if self.isolation.changed:
            found.append(f"{self.isolation.changed} documents changed by what stood beside them")
        return tuple(found)


def to_fields(report: ProbeReport) -> dict[str, Any]:
    """Return the report as JSON says it; what could not be measured is null."""
    largest = report.bias.largest
    fields = asdict(report) | {"bound": MOST_SHIFT, "broken": report.broken}
    fields["bias"]["largest"] = largest and asdict(largest)
    cleaned: dict[str, Any] = told(fields)
    return cleaned
