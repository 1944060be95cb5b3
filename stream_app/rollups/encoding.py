"""A book as bytes, in parts: each hour's claims, the sources' records, and a head; a step changes few of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple
from typing import Any

import orjson

from stream_app.events.entity import EntityRef
from stream_app.reputation import Claim, Reputation
from stream_app.reputation.claim import Grade
from stream_app.reputation.standing import Standing
from stream_app.rollups.book import Book
from stream_app.rollups.due import next_due
from stream_app.rollups.tally import Sums

HEAD = b"head"
RECORDS = b"records"

Parts = Mapping[bytes, bytes | None]


def changed_parts(before: Book | None, after: Book) -> Parts:
    """Return the parts in which the books differ; None for an hour that is gone."""
    if before == after:
        return {}
    held: Mapping[int, object] = before.hours if before else {}
    parts: dict[bytes, bytes | None] = {HEAD: _head(after)}
    for hour, claims in after.hours.items():
        if held.get(hour) != claims:
            parts[_hour(hour)] = orjson.dumps([_row(claim) for claim in claims])
    parts |= {_hour(hour): None for hour in held if hour not in after.hours}
    if before is None or _records_of(before.reputation) != _records_of(after.reputation):
        parts[RECORDS] = orjson.dumps(_records_of(after.reputation), option=orjson.OPT_NON_STR_KEYS)
    return parts


def book_of(part: Callable[[bytes], bytes | None]) -> Book | None:
    """Return the book whose parts `part` gives by name; None where it has no head."""
    raw = part(HEAD)
    if raw is None:
        return None
    head = orjson.loads(raw)
    hours = {hour: _claims(part(_hour(hour)) or b"[]") for hour in head["hours"]}
    return Book(
        EntityRef.model_validate(head["entity"]),
        clock=head["clock"],
        closed=head["closed"],
        first_day=head["first_day"],
        days={int(day): Sums(*sums) for day, sums in head["days"].items()},
        reputation=_reputation(hours, orjson.loads(part(RECORDS) or b"{}")),
    )


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
            "hours": sorted(book.hours),
            "days": {str(day): astuple(sums) for day, sums in book.days.items()},
        }
    )


def _hour(hour: int) -> bytes:
    return b"hour-" + str(hour).encode()


def _row(claim: Claim) -> list[Any]:
    return list(astuple(claim))


def _claims(raw: bytes) -> tuple[Claim, ...]:
    rows = orjson.loads(raw)
    return tuple(
        Claim(at, key, polarity, novelty, voice, Grade(grade), story, topic)
        for at, key, polarity, novelty, voice, grade, story, topic in rows
    )


def _records_of(reputation: Reputation) -> dict[str, Any]:
    return {
        "standings": {voice: astuple(standing) for voice, standing in reputation.standings.items()},
        "pending": {str(day): dict(verdicts) for day, verdicts in reputation.pending.items()},
    }


def _reputation(hours: Mapping[int, tuple[Claim, ...]], records: Mapping[str, Any]) -> Reputation:
    pending = {
        int(day): {voice: (right, wrong) for voice, (right, wrong) in verdicts.items()}
        for day, verdicts in records.get("pending", {}).items()
    }
    standings = {voice: Standing(*standing) for voice, standing in records.get("standings", {}).items()}
    return Reputation(hours=hours, standings=standings, pending=pending)
