"""What many say at once: copies of a story fade, and strangers together are worth a few voices, however many they are.

The place of a claim among the others follows from event times and ids alone, so a later one never changes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from stream_app.events.voice import Grade
from stream_app.reputation.claim import MICRO, Claim

CROWD = 3
"""What strangers of one opinion tend to in voices, however many they are."""

MOST_HALVINGS = 20
OPINION = 50_000
"""Below this polarity (in millionths) a claim takes no side."""


def shares_of(claims: Sequence[Claim], *, stranger: Callable[[Claim], bool]) -> Mapping[str, int]:
    """Return what share of its voice each claim has, in millionths, by id.

    `claims` are all of one entity and of what counts as one crowd, such as an hour, sorted. News keeps its whole voice:
    its copies have a low novelty. The n-th copy of a post has 1/2^n of it, one account's n-th post on a side 1/4^(n-1),
    and the m-th story that strangers tell T(m) - T(m-1) with T(m) = CROWD·m / (m + CROWD - 1), so that all strangers
    together have less than 2·CROWD voices, and one account has less than 4/3 of its own.
    """
    copies: Counter[tuple[int, str]] = Counter()
    posts: Counter[tuple[int, str]] = Counter()
    stories: dict[int, dict[str, int]] = {}
    shares = {}
    for claim in claims:
        if claim.grade is Grade.WIRE:
            shares[claim.id] = MICRO
            continue
        side = side_of(claim.polarity)
        share = MICRO
        if stranger(claim):
            told = stories.setdefault(side, {})
            share = told.setdefault(claim.story, _share_of_story(len(told) + 1))
        repeats = posts[side, claim.voice] if claim.voice else 0
        shares[claim.id] = share >> min(max(copies[side, claim.story], 2 * repeats), MOST_HALVINGS)
        copies[side, claim.story] += 1
        posts[side, claim.voice] += 1
    return shares


def side_of(polarity: int | None) -> int:
    """Return 1, 0 or -1: for, neither, against."""
    if polarity is None or abs(polarity) < OPINION:
        return 0
    return 1 if polarity > 0 else -1


def _share_of_story(number: int) -> int:
    return _total(number) - _total(number - 1)


def _total(stories: int) -> int:
    return CROWD * stories * MICRO // (stories + CROWD - 1)
