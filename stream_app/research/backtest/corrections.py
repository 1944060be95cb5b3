"""Many hypotheses at once: of twenty signals of chance, one looks good at 5 %."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float | None], *, hypotheses: int) -> list[float | None]:
    """Return p-values that hold for the whole family (Holm 1979): under 0.05, by chance, is any in 5 % of families.

    `hypotheses` is the size of the family: those here and those that were tried before, which count as if each had
    done worse than all of these, the careful assumption.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    most, family = 0.0, max(hypotheses, len(known))
    for rank, (p, place) in enumerate(known):
        most = max(most, min(1.0, p * (family - rank)))
        adjusted[place] = most
    return adjusted
