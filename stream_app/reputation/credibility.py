"""What a claim weighs, 0 to 1: trust in its voice, times its share among the many who speak at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.voice import Grade
from stream_app.reputation.claim import DAY, HOUR, MICRO, Claim, claim_of
from stream_app.reputation.crowd import CROWD, shares_of
from stream_app.reputation.standing import NOTHING_KNOWN, Standing, is_stranger, trust

MOST_OF_A_CROWD = 2 * CROWD * trust(Grade.STRANGER, NOTHING_KNOWN)
"""What strangers of one opinion weigh at most, in millionths: less than one wire report."""

_HOURS_A_DAY = DAY // HOUR


class Weight(NamedTuple):
    """Credibility times novelty of a claim, in millionths, and whether it is a stranger's."""

    amount: int
    of_stranger: bool


class Records(Protocol):
    """The claims and records of one entity's sources."""

    @property
    def hours(self) -> Mapping[int, tuple[Claim, ...]]:
        """The last days' claims, by hour since 1970."""
        ...

    def standing(self, voice: str, day: int) -> Standing:
        """Return the record of a voice as it counts on that day."""
        ...


def credibility(event: SentimentEvent, state: Records) -> float:
    """Return how far the event is to be believed, 0 to 1, whether `state` has seen it or not.

    Events that come in order of their time keep what they were given here; nothing that comes later changes it.
    """
    claim = replace(claim_of(event), novelty=MICRO)
    others = (one for one in state.hours.get(claim.hour, ()) if one.id != claim.id)
    claims = sorted((*others, claim), key=lambda one: (one.at, one.id))
    return weighed(claims, lambda voice: state.standing(voice, claim.day))[claim.id].amount / MICRO


def weighed_hour(state: Records, hour: int) -> dict[str, Weight]:
    """Return the weights of an hour's claims by id."""
    return weighed(state.hours.get(hour, ()), lambda voice: state.standing(voice, hour // _HOURS_A_DAY))


def weighed(claims: Sequence[Claim], standing: Callable[[str], Standing]) -> dict[str, Weight]:
    """Return the weights of claims that are one crowd, such as an hour's, by id."""
    standings = {voice: standing(voice) for voice in {claim.voice for claim in claims}}
    strangers = {claim.id for claim in claims if is_stranger(claim.grade, standings[claim.voice])}
    shares = shares_of(claims, stranger=lambda claim: claim.id in strangers)
    return {
        claim.id: Weight(
            claim.novelty * shares[claim.id] * trust(claim.grade, standings[claim.voice]) // MICRO**2,
            claim.id in strangers,
        )
        for claim in claims
    }
