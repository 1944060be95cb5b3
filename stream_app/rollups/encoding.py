"""A book as bytes, in parts: each minute's claims, the sources' records, and a head; a step changes few of them.

A broker takes no record over 1 MB as a rule: an hour of a name that everybody talks about has more, a minute has not.

The order of parts is such that a book whose last parts were not written is made whole by doing the step again: the head
comes after what it counts on, and what it does not count on any more goes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields, replace
from typing import Any

import orjson

from stream_app.events.entity import EntityRef
from stream_app.events.voice import Grade
from stream_app.reputation import Claim, Reputation
from stream_app.reputation.claim import DAY
from stream_app.reputation.standing import Standing
from stream_app.rollups.book import Book, by_minute
from stream_app.rollups.due import next_due
from stream_app.rollups.tally import Sums
from stream_app.rollups.window import LENGTHS, MINUTE

# not `head`, as when an hour was one part: what such a book says is left alone, and its entity begins anew
HEAD = b"book"
_MINUTES_AN_HOUR = LENGTHS["1h"] // MINUTE
_CLAIM_FIELDS = tuple(one.name for one in fields(Claim))

Parts = Mapping[bytes, bytes | None]


def changed_parts(before: Book | None, after: Book) -> Parts:
    """Return the parts in which the books differ; None for an hour that is gone."""
    if before == after:
        return {}
    held: Mapping[int, Sequence[Claim]] = before.hours if before else {}
    parts: dict[bytes, bytes | None] = {}
    for hour, claims in after.hours.items():
        known = held.get(hour, ())
        if known != claims:
            minutes = by_minute(known)
            changed = ((minute, some) for minute, some in by_minute(claims).items() if minutes.get(minute) != some)
            parts |= {_minute(minute): orjson.dumps([_row(claim) for claim in some]) for minute, some in changed}
    if before is None or _records(before) != _records(after):
        parts[_records(after)] = orjson.dumps(_row_of_records(after.reputation))
    parts[HEAD] = _head(after)
    if before is not None and _records(before) != _records(after):
        parts[_records(before)] = None
    gone = (minute for hour, claims in held.items() if hour not in after.hours for minute in by_minute(claims))
    return parts | {_minute(minute): None for minute in gone}


def book_of(part: Callable[[bytes], bytes | None]) -> Book | None:
    """Return the book whose parts `part` gives by name; None where it has no head."""
    raw = part(HEAD)
    if raw is None:
        return None
    head = orjson.loads(raw)
    hours = {
        hour: tuple(claim for minute in _minutes_of(hour, marks) for claim in _claims(part(_minute(minute)) or b"[]"))
        for hour, marks in head["hours"]
    }
    first_day = min([head["first_day"], *(claim.day for claims in hours.values() for claim in claims)])
    book = Book(
        EntityRef.model_validate(head["entity"]),
        clock=head["clock"],
        closed=head["closed"],
        first_day=first_day,
        days={int(day): Sums(*sums) for day, sums in head["days"].items()},
    )
    return replace(book, reputation=_reputation(hours, orjson.loads(part(_records(book)) or b"{}")))


def due_of_head(raw: bytes) -> int | None:
    """Return when the next window of the book with this head closes."""
    due: int | None = orjson.loads(raw)["due"]
    return due


def _head(book: Book) -> bytes:
    return orjson.dumps(
        {
            "entity": book.entity.model_dump(mode="json"),
            "clock": book.clock,
            "closed": book.closed,
            "first_day": book.first_day,
            "due": next_due(book),
            "hours": [[hour, _marks(hour, claims)] for hour, claims in sorted(book.hours.items())],
            "days": {str(day): sums.row() for day, sums in book.days.items()},
        }
    )


def _minute(minute: int) -> bytes:
    return b"minute-" + str(minute).encode()


def _marks(hour: int, claims: Sequence[Claim]) -> int:
    """Return which minutes of the hour have claims, a bit for each."""
    return sum(1 << (minute - hour * _MINUTES_AN_HOUR) for minute in by_minute(claims))


def _minutes_of(hour: int, marks: int) -> Iterator[int]:
    return (hour * _MINUTES_AN_HOUR + place for place in range(_MINUTES_AN_HOUR) if marks >> place & 1)


def _row(claim: Claim) -> list[Any]:
    return [getattr(claim, name) for name in _CLAIM_FIELDS]


def _claims(raw: bytes) -> tuple[Claim, ...]:
    rows = orjson.loads(raw)
    return tuple(
        Claim(at, key, polarity, novelty, voice, Grade(grade), story, topic)
        for at, key, polarity, novelty, voice, grade, story, topic in rows
    )


def _records(book: Book) -> bytes:
    """Return the name of the records' part: it changes with the day, as they do, so that a head finds its own."""
    return b"records-" + str(book.clock // DAY).encode()


def _row_of_records(reputation: Reputation) -> dict[str, Any]:
    return {
        "judged": reputation.judged,
        "standings": {voice: astuple(standing) for voice, standing in reputation.standings.items()},
        "pending": {str(day): dict(verdicts) for day, verdicts in reputation.pending.items()},
    }


def _reputation(hours: Mapping[int, tuple[Claim, ...]], records: Mapping[str, Any]) -> Reputation:
    pending = {
        int(day): {voice: (right, wrong) for voice, (right, wrong) in verdicts.items()}
        for day, verdicts in records.get("pending", {}).items()
    }
    standings = {voice: Standing(*standing) for voice, standing in records.get("standings", {}).items()}
    return Reputation(hours=hours, standings=standings, pending=pending, judged=records.get("judged", -1))
