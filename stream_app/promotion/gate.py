"""The gate: no file is served that answers noticeably worse than the network that it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stream_app.errors import DataError

MOST_LOSS = 0.003
FULL_PRECISION, SERVED = "accuracy_fp32", "scores"


def most_lost(full: Mapping[str, float], served: Mapping[str, float]) -> tuple[str, float]:
    """Return the head that lost most accuracy against single precision, and how much; below zero where it won.

    DataError where a head was scored in single precision alone: nobody knows what it lost.
    """
    if unknown := sorted(full.keys() - served.keys()):
        raise DataError(
            f"the {unknown[0]} head was not scored as served: its texts are missing; give --data with all training sets"
        )
    head = max(full, key=lambda one: full[one] - served[one])
    return head, full[head] - served[head]


def check_loss(full: Mapping[str, float], served: Mapping[str, float]) -> None:
    """Raise DataError where a head lost more than 0.3 points of accuracy between single precision and serving."""
    head, lost = most_lost(full, served)
    if lost > MOST_LOSS:
        raise DataError(
            f"the {head} head loses {lost:.4f} of accuracy as served, over {MOST_LOSS}: "
            "the file is refused; train with another seed"
        )


def figures_of(metadata: Mapping[str, Any], folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return each head's accuracy in single precision and as served, as they were measured at the export.

    DataError where a head of the one is missing in the other, or all are.
    """
    full = dict(metadata.get(FULL_PRECISION) or {})
    served = {head: scores["accuracy"] for head, scores in (metadata.get(SERVED) or {}).items()}
    if not full or full.keys() != served.keys():
        raise DataError(
            f"{folder} does not tell its accuracy in single precision and as served: export it again, which measures it"
        )
    return full, served
