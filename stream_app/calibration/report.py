"""A fit as one value of JSON, for programs and for the record."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stream_app.calibration.fit import Fit, Variant
from stream_app.events.figures import told


def report_of(found: Fit) -> dict[str, Any]:
    """Return everything that a fit found; what could not be measured is null."""
    found_all = {
        "parameters_version": found.parameters.version,
        "days": dict(zip(("strengths", "calibration", "check"), found.days, strict=True)),
        "calibration": asdict(found.parameters.calibration),
        "strengths": [asdict(one) for one in found.ways],
        "topics": [asdict(one) for one in found.topics],
        "same_day_strengths": [asdict(one) for one in found.same_day],
        "variants": [_variant(one) for one in found.variants],
    }
    cleaned: dict[str, Any] = told(found_all)
    return cleaned


def _variant(one: Variant) -> dict[str, Any]:
    return {
        "name": one.name,
        "signal": asdict(one.signal),
        "chances": asdict(one.chances) if one.chances else None,
        "curve": asdict(one.curve) if one.curve else None,
    }
