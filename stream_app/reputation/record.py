"""The record of an entity's sources, as a value: the claims of the last days, and the verdicts on older ones.

A day is judged once no late document can change it any more, and only then does it count, for later days alone.
So what a claim weighs follows from the set of events, not from the order in which they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from stream_app.reputation.claim import DAY, HOUR, Claim, is_account
from stream_app.reputation.credibility import weighed
from stream_app.reputation.standing import NOTHING_KNOWN, Standing
from stream_app.reputation.verdicts import Verdict, verdicts_on

SETTLING_DAYS = 3
"""A day, the next one that judges it, and one for late documents."""

MOST_VOICES = 1_000
"""Voices whose record is kept; accounts go first, those with the least evidence: accounts cost nothing, so a flood of
them would else wash the record of a wire."""

_HOURS_A_DAY = DAY // HOUR


@dataclass(frozen=True, slots=True)
class Reputation:
    """What is known of one entity's sources; keys of `hours` and `pending` are numbers of hours and days since 1970.

    Days through `judged` are not judged again.
    """

    hours: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    pending: Mapping[int, Mapping[str, Verdict]] = field(default_factory=dict)
    judged: int = -1

    def standing(self, voice: str, day: int) -> Standing:
        """Return the record of a voice as it counts on that day."""
        standing = self.standings.get(voice, NOTHING_KNOWN)
        for judged, verdicts in sorted(self.pending.items()):
            if judged <= day - SETTLING_DAYS and voice in verdicts:
                standing = standing.plus(*verdicts[voice], judged)
        return standing.on(day)


def observe(reputation: Reputation, claims: Iterable[Claim], *, clock: int) -> Reputation:
    """Take in claims, each once in its hour, and judge the days that are over.

    `clock` is the event time reached, in microseconds; claims over a day older must not come any more.
    """
    hours = dict(reputation.hours)
    fresh: defaultdict[int, dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        fresh[claim.hour].setdefault(claim.id, claim)
    for hour, found in fresh.items():
        known = {one.id: one for one in hours.get(hour, ())}
        hours[hour] = tuple(sorted((found | known).values(), key=_place))
    return _settled(replace(reputation, hours=hours), clock // DAY)


def _place(claim: Claim) -> tuple[int, str]:
    return claim.at, claim.id


def _settled(reputation: Reputation, today: int) -> Reputation:
    """Judge every day that lies far enough back, in order, and forget its claims.

    Verdicts stay apart for two days more, so that claims that are still held can be weighed without them.
    """
    over = today - SETTLING_DAYS
    held = {hour // _HOURS_A_DAY for hour in reputation.hours}
    for day in sorted(day for day in held if reputation.judged < day <= over):
        reputation = replace(reputation, pending={**reputation.pending, day: _judged(reputation, day)}, judged=day)
    hours = {hour: claims for hour, claims in reputation.hours.items() if hour // _HOURS_A_DAY > over}
    reputation = replace(reputation, hours=hours)
    for day in sorted(day for day in reputation.pending if day < over - 1):
        reputation = _folded(reputation, day)
    return reputation


def _judged(reputation: Reputation, day: int) -> dict[str, Verdict]:
    hours = range(day * _HOURS_A_DAY, (day + 2) * _HOURS_A_DAY)
    claims = [claim for hour in hours for claim in reputation.hours.get(hour, ())]
    # One crowd over all these hours, for what they say is added up; all verdicts before this day: each day is judged
    # after the ones before it.
    found = weighed(claims, lambda voice: reputation.standing(voice, day + SETTLING_DAYS))
    return verdicts_on(day, claims, {claim: weight for claim, (weight, _) in found.items()})


def _folded(reputation: Reputation, day: int) -> Reputation:
    standings = dict(reputation.standings)
    for voice, verdict in reputation.pending[day].items():
        standings[voice] = standings.get(voice, NOTHING_KNOWN).plus(*verdict, day)
    if len(standings) > MOST_VOICES:
        rank = {voice: (is_account(voice), -one.on(day).evidence, voice) for voice, one in standings.items()}
        standings = {voice: standings[voice] for voice in sorted(standings, key=rank.__getitem__)[:MOST_VOICES]}
    pending = {other: verdicts for other, verdicts in reputation.pending.items() if other != day}
    return replace(reputation, standings=standings, pending=pending)
