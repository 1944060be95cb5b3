"""What a claim weighs, 0 to 1: trust in its voice, times its share among the many who speak at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from stream_app.events.sentiment_event import SentimentEvent
from stream_app.reputation.claim import DAY, HOUR, MICRO, Claim, claim_of
from stream_app.reputation.crowd import shares_of
from stream_app.reputation.standing import Standing, is_stranger, trust

_HOURS_A_DAY = DAY // HOUR


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
    claim = claim_of(event)
    others = (one for one in state.hours.get(claim.hour, ()) if one.id != claim.id)
    claims = sorted((*others, claim), key=lambda one: (one.at, one.id))
    shares, believed = _parts(claims, lambda voice: state.standing(voice, claim.day))
    return shares[claim.id] * believed(claim) / MICRO**2


def weights_of_hour(state: Records, hour: int) -> dict[str, int]:
    """Return credibility times novelty of an hour's claims, in millionths, by id."""
    return weights(state.hours.get(hour, ()), lambda voice: state.standing(voice, hour // _HOURS_A_DAY))


def weights(claims: Sequence[Claim], standing: Callable[[str], Standing]) -> dict[str, int]:
    """Return credibility times novelty of claims that are one crowd, such as an hour's, in millionths, by id."""
    shares, believed = _parts(claims, standing)
    return {claim.id: claim.novelty * shares[claim.id] * believed(claim) // MICRO**2 for claim in claims}


def _parts(
    claims: Sequence[Claim], standing: Callable[[str], Standing]
) -> tuple[Mapping[str, int], Callable[[Claim], int]]:
    standings = {voice: standing(voice) for voice in {claim.voice for claim in claims}}
    shares = shares_of(claims, stranger=lambda claim: is_stranger(claim.grade, standings[claim.voice]))
    return shares, lambda claim: trust(claim.grade, standings[claim.voice])
