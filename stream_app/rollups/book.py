"""All that is remembered of one entity, as a value: claims of the last days, sums of the days before.

Two clocks. The entity's own clock is its newest document's event time and decides what is too late: it follows from
the entity's documents alone, so no tick and no other stream can shut a document out. The time that ticks tell closes
windows, and nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from stream_app.events.entity import EntityRef
from stream_app.reputation import Claim, Reputation, observe, weighed_hour
from stream_app.reputation.claim import DAY, HOUR
from stream_app.rollups.tally import Sums, Tally, tally
from stream_app.rollups.window import MINUTE, Window

LATENESS = DAY
"""How far behind its entity's clock a document may be and still correct its windows."""

DAYS_KEPT = 40
"""Days whose sums are kept: the thirty of the baseline, and the eight that a day's momentum looks back on."""

_HOURS_A_DAY = DAY // HOUR


@dataclass(frozen=True, slots=True)
class _Hour:
    """What an hour adds up to, in all and by the number of the minute."""

    whole: Tally
    minutes: Mapping[int, Tally]


_NO_HOUR = _Hour(Tally(), {})


@dataclass(frozen=True)
class Book:
    """One entity's windows.

    `clock` and `closed` are event times: that of the newest document, and that through which windows were announced.
    `days` holds sums by the number of the day; `first_day` is the first that had a document.
    """

    entity: EntityRef
    clock: int
    closed: int
    first_day: int
    days: Mapping[int, Sums] = field(default_factory=dict)
    reputation: Reputation = field(default_factory=Reputation)
    remembered: dict[int, _Hour] = field(default_factory=dict, compare=False, repr=False)
    """Hours that were added up before: the same as long as the hour's claims and the records of sources are."""
    ids: dict[int, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    """Ids of hours that were looked into before."""

    @property
    def hours(self) -> Mapping[int, Sequence[Claim]]:
        """The claims of the last days by the number of their hour."""
        return self.reputation.hours

    @property
    def held_days(self) -> set[int]:
        """Days whose claims are still held."""
        return {hour // _HOURS_A_DAY for hour in self.hours}

    def tally(self, window: Window) -> Tally:
        """Return what the window holds; of a day that lies far back, without its topics."""
        hour = window.start // HOUR
        match window.name:
            case "1d":
                whole = Tally(self.days.get(window.start // DAY, Sums()))
                held = (one for one in range(hour, hour + _HOURS_A_DAY) if one in self.hours)
                return sum((self._of_hour(one).whole for one in held), whole)
            case "1h":
                return self._of_hour(hour).whole
        return self._of_hour(hour).minutes.get(window.start // MINUTE, Tally())

    def holds(self, claim: Claim) -> bool:
        """Tell whether the document was taken in, also where it named another time then."""
        for hour, claims in self.hours.items():
            if hour not in self.ids:
                self.ids[hour] = frozenset(one.id for one in claims)
            if claim.id in self.ids[hour]:
                return True
        return False

    def _of_hour(self, hour: int) -> _Hour:
        claims = self.hours.get(hour)
        if not claims:
            return _NO_HOUR
        if hour not in self.remembered:
            weights = weighed_hour(self.reputation, hour)
            minutes = {minute: tally(some, weights) for minute, some in by_minute(claims).items()}
            self.remembered[hour] = _Hour(sum(minutes.values(), Tally()), minutes)
        return self.remembered[hour]

    def documents_on(self, first: int, last: int) -> int:
        """Return how many documents these days have, both included."""
        return self.documents_between(first * DAY, (last + 1) * DAY)

    def documents_between(self, start: int, end: int) -> int:
        """Return how many documents lie in `[start, end)`; `start` is a full hour, of a far day a full day."""
        days = sum(sums.documents for day, sums in self.days.items() if start <= day * DAY < end)
        hours = (claims for hour, claims in self.hours.items() if start <= hour * HOUR < end)
        return days + sum(bisect_left(claims, end, key=_time) for claims in hours)


def by_minute(claims: Sequence[Claim]) -> dict[int, tuple[Claim, ...]]:
    """Return claims, which are sorted, by the number of their minute since 1970."""
    return {minute: tuple(some) for minute, some in groupby(claims, key=lambda claim: claim.at // MINUTE)}


def _time(claim: Claim) -> int:
    return claim.at


def opened(entity: EntityRef, claim: Claim, *, clock: int) -> Book:
    """Return the empty book of an entity whose first document is this one."""
    return Book(entity, clock=clock, closed=0, first_day=claim.day)


def too_late(book: Book, claim: Claim) -> bool:
    """Tell whether the windows of the claim are beyond correction."""
    return claim.at < book.clock - LATENESS


def taken(book: Book, claims: Iterable[Claim], *, clock: int) -> Book:
    """Return the book with these claims, each once; `clock` is of the day that the book is turned to."""
    claims = list(claims)
    fresh = {claim.hour for claim in claims}
    return replace(
        book,
        clock=max(book.clock, clock),
        first_day=min([book.first_day, *(claim.day for claim in claims)]),
        reputation=observe(book.reputation, claims, clock=book.clock),
        remembered={hour: known for hour, known in book.remembered.items() if hour not in fresh},
        ids={hour: known for hour, known in book.ids.items() if hour not in fresh},
    )


def turned(book: Book, *, clock: int) -> Book:
    """Return the book on the day of `clock`.

    Of days that are beyond correction only the sums stay, and those that no window looks back on go.
    """
    if clock // DAY <= book.clock // DAY:
        return book
    reputation = observe(book.reputation, (), clock=clock)
    gone = book.held_days - {hour // _HOURS_A_DAY for hour in reputation.hours}
    days = {**book.days, **{day: book.tally(Window("1d", day * DAY)).sums for day in gone}}
    oldest = clock // DAY - DAYS_KEPT
    return replace(
        book,
        clock=clock,
        days={day: sums for day, sums in days.items() if day >= oldest},
        reputation=reputation,
        remembered={},  # a day was judged, which counts in the weights of what claims to be of the days to come
        ids={hour: known for hour, known in book.ids.items() if hour in reputation.hours},
    )
