"""Who was first and right: a day's claims against what others, who can be believed, said after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from stream_app.reputation.claim import MICRO, Claim
from stream_app.reputation.crowd import side_of

CLEAR = 200_000
"""A claim or a consensus below this polarity (in millionths) is not judged."""

ENOUGH = 800_000
"""Weight that a consensus needs: that of one wire report. A crowd of strangers never has it."""

Verdict = tuple[int, int]
"""Right and wrong, in millionths."""

_Sums = tuple[int, int]


def verdicts_on(day: int, claims: Sequence[Claim], weights: Mapping[str, int]) -> dict[str, Verdict]:
    """Judge each voice's first clear claim of the day.

    `claims` are those of that day and the next, sorted; `weights` are in millionths, by id. Being right counts as
    much as the claim was new; being wrong counts whole.
    """
    first = _first_claims(day, claims)
    all_later: _Sums = (0, 0)
    own_later: defaultdict[str, _Sums] = defaultdict(lambda: (0, 0))
    found = {}
    for _, together in groupby(reversed(claims), key=lambda claim: claim.at):
        at_once = list(together)
        for claim in at_once:
            if first.get(claim.voice) is claim:
                own = own_later[claim.voice]
                verdict = _verdict(claim, (all_later[0] - own[0], all_later[1] - own[1]))
                if verdict is not None:
                    found[claim.voice] = verdict
        for claim in at_once:
            sums = _weighed(claim, weights[claim.id])
            all_later = _added(all_later, sums)
            own_later[claim.voice] = _added(own_later[claim.voice], sums)
    return found


def _first_claims(day: int, claims: Iterable[Claim]) -> dict[str, Claim]:
    first: dict[str, Claim] = {}
    for claim in claims:
        if claim.day == day and claim.voice and claim.polarity is not None and abs(claim.polarity) >= CLEAR:
            first.setdefault(claim.voice, claim)
    return first


def _verdict(claim: Claim, others: _Sums) -> Verdict | None:
    weight, weighed_polarity = others
    if weight < ENOUGH or abs(weighed_polarity) < CLEAR * weight:
        return None
    agrees = side_of(claim.polarity) == (1 if weighed_polarity > 0 else -1)
    return (claim.novelty, 0) if agrees else (0, MICRO)


def _weighed(claim: Claim, weight: int) -> _Sums:
    return (0, 0) if claim.polarity is None else (weight, weight * claim.polarity)


def _added(one: _Sums, other: _Sums) -> _Sums:
    return one[0] + other[0], one[1] + other[1]
