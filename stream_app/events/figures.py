"""Figures as reports write them in JSON, which knows no NaN: rounded, and null where one could not be measured."""

from __future__ import annotations

import math
from typing import Any

_DECIMALS = 5


def told(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    """Return the value with its numbers, at any depth, as a report tells them."""
    if isinstance(value, dict):
        return {name: told(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [told(inner) for inner in value]
    if isinstance(value, float):
        return round(value, _DECIMALS) if math.isfinite(value) else None
    return value
