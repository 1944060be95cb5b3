"""Who was first and right: a day's claims against what others, who can be believed, said after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from stream_app.events.voice import Grade
from stream_app.reputation.claim import MICRO, Claim
from stream_app.reputation.crowd import side_of

CLEAR = 200_000
"""A claim or a consensus below this polarity (in millionths) is not judged."""

ENOUGH = 800_000
"""Weight that those of one side need to be a consensus: that of one wire report. A crowd of strangers never has it."""

MOST_VERDICTS = 1_000
"""Voices that a day's verdicts are kept of: those that are no strangers first, then those with the most weight."""

Verdict = tuple[int, int]
"""Right and wrong, in millionths."""


@dataclass(slots=True)
class _Said:
    """What was said so far: weight by side, and the sum of weight times polarity."""

    by_side: dict[int, int] = field(default_factory=lambda: {-1: 0, 0: 0, 1: 0})
    weighed_polarity: int = 0

    def add(self, claim: Claim, weight: int) -> None:
        if claim.polarity is not None:
            self.by_side[side_of(claim.polarity)] += weight
            self.weighed_polarity += weight * claim.polarity

    def without(self, own: _Said) -> _Said:
        left = {side: weight - own.by_side[side] for side, weight in self.by_side.items()}
        return _Said(left, self.weighed_polarity - own.weighed_polarity)

    @property
    def consensus(self) -> int:
        """The side that the mean is clearly on and that has enough weight by itself; 0 for none.

        Who says neither adds to no side: else strangers of two opinions would have the weight together.
        """
        side = 1 if self.weighed_polarity > 0 else -1
        is_clear = abs(self.weighed_polarity) >= CLEAR * sum(self.by_side.values())
        return side if is_clear and self.by_side[side] >= ENOUGH else 0


def verdicts_on(day: int, claims: Sequence[Claim], weights: Mapping[str, int]) -> dict[str, Verdict]:
    """Judge each voice's first clear claim of the day.

    `claims` are those of that day and the next, sorted; `weights` are in millionths, by id. Being right counts as
    much as the claim was new, and less the more others had said so before; being wrong counts whole.
    """
    first = _first_claims(day, claims)
    before = _others(claims, first, weights)
    after = _others(claims[::-1], first, weights)
    found = {}
    for voice, claim in first.items():
        side, consensus = side_of(claim.polarity), after[voice].consensus
        if consensus:
            new = claim.novelty * ENOUGH // (ENOUGH + before[voice].by_side[side])
            found[voice] = (new, 0) if side == consensus else (0, MICRO)
    kept = sorted(found, key=lambda voice: (first[voice].grade is Grade.STRANGER, -sum(found[voice]), voice))
    return {voice: found[voice] for voice in kept[:MOST_VERDICTS]}


def _first_claims(day: int, claims: Iterable[Claim]) -> dict[str, Claim]:
    first: dict[str, Claim] = {}
    for claim in claims:
        if claim.day == day and claim.voice and claim.polarity is not None and abs(claim.polarity) >= CLEAR:
            first.setdefault(claim.voice, claim)
    return first


def _others(claims: Iterable[Claim], of: Mapping[str, Claim], weights: Mapping[str, int]) -> dict[str, _Said]:
    """Return, for each voice's claim in `of`, what other voices said in the claims that come before it here.

    What is said in the same moment comes neither before nor after.
    """
    everybody, own = _Said(), defaultdict[str, _Said](_Said)
    others = {}
    for _, together in groupby(claims, key=lambda claim: claim.at):
        at_once = list(together)
        for claim in at_once:
            if of.get(claim.voice) is claim:
                others[claim.voice] = everybody.without(own[claim.voice])
        for claim in at_once:
            everybody.add(claim, weights[claim.id])
            own[claim.voice].add(claim, weights[claim.id])
    return others
