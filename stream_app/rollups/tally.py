"""What is added up over a window: whole numbers only, so that the order of adding never shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import isqrt
from operator import add, attrgetter
from typing import Any

from stream_app.reputation import MOST_OF_A_CROWD, Claim, Weight
from stream_app.reputation.claim import MICRO
from stream_app.reputation.crowd import side_of


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts, and sums in millionths (of products: in millionths of millionths).

    Weights are credibility times novelty: those of strangers stand apart by the side that they take, the last six.
    """

    documents: int = 0
    scored: int = 0
    polarity: int = 0
    polarity_squared: int = 0
    novelty: int = 0
    novel_polarity: int = 0
    weight: int = 0
    weighed_polarity: int = 0
    crowd_for: int = 0
    crowd_for_polarity: int = 0
    crowd_against: int = 0
    crowd_against_polarity: int = 0
    crowd_neither: int = 0
    crowd_neither_polarity: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*map(add, self.row(), other.row()))

    def row(self) -> tuple[int, ...]:
        """Return the sums in the order of the fields."""
        values: tuple[int, ...] = _fields(self)
        return values

    @property
    def mean(self) -> float | None:
        """Mean polarity."""
        return _quotient(self.polarity, self.scored * MICRO)

    @property
    def novelty_weighted(self) -> float | None:
        """Mean polarity, weighted by novelty."""
        return _quotient(self.novel_polarity, self.novelty * MICRO)

    @property
    def credible(self) -> float | None:
        """Mean polarity, weighted by novelty times credibility."""
        weight, weighed_polarity = self.believed
        return _quotient(weighed_polarity, weight * MICRO)

    @property
    def believed(self) -> tuple[int, int]:
        """Weight, and weight times polarity: strangers of one side weigh no more in a day than they may in an hour."""
        weight, weighed_polarity, *crowds = self.row()[_WEIGHT:]
        for crowd, polarity in zip(crowds[::2], crowds[1::2], strict=True):
            heard = min(crowd, MOST_OF_A_CROWD)
            weight += heard
            weighed_polarity += polarity * heard // crowd if crowd else 0
        return weight, weighed_polarity

    @property
    def dispersion(self) -> float | None:
        """Standard deviation of the polarity (of the population)."""
        if not self.scored:
            return None
        return isqrt(self.scored * self.polarity_squared - self.polarity**2) / (self.scored * MICRO)


_fields: Any = attrgetter(*(one.name for one in fields(Sums)))
_WEIGHT = [one.name for one in fields(Sums)].index("weight")
_CROWD_OF = {1: _WEIGHT + 2, -1: _WEIGHT + 4, 0: _WEIGHT + 6}
"""Where the weight of strangers stands by their side."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums of a window and its topics."""

    sums: Sums = Sums()
    topics: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.sums + other.sums, Counter(self.topics) + Counter(other.topics))


def tally(claims: Iterable[Claim], weights: Mapping[str, Weight]) -> Tally:
    """Add up claims; `weights` are by id."""
    sums, topics = [0] * len(fields(Sums)), Counter[str]()
    for claim in claims:
        _add(sums, claim, weights[claim.id])
        if claim.topic is not None:
            topics[claim.topic] += 1
    return Tally(Sums(*sums), topics)


def _add(sums: list[int], claim: Claim, weight: Weight) -> None:
    sums[0] += 1
    if claim.polarity is None:
        return
    polarity = claim.polarity
    for place, amount in enumerate((1, polarity, polarity**2, claim.novelty, claim.novelty * polarity), start=1):
        sums[place] += amount
    place = _CROWD_OF[side_of(polarity)] if weight.of_stranger else _WEIGHT
    sums[place] += weight.amount
    sums[place + 1] += weight.amount * polarity


def _quotient(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None
