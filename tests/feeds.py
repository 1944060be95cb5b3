"""Documents for tests of the stream: as many as wanted, the same at every call, each unlike the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_NAMES = ("Apple", "Microsoft", "Boeing", "Siemens", "Toyota", "Nvidia", "Shell plc", "Nestle", "Pfizer", "Unilever")
_STORIES = (
    "{name} raises its outlook for the {n}th quarter after strong demand from {other}",
    "{name} shares slump {n} percent while {other} gains on upbeat guidance",
    "Order {n}: {other} cancels a contract with {name}, citing weak sales",
    "{name} and {other} agree to extend their partnership until the year {n}",
    "Plant {n} of {name} stands still after a fire; supplier {other} warns of delays",
    "Analyst note {n}: {name} upgraded to buy, {other} cut to sell",
)


def document(number: int) -> dict[str, object]:
    """Return document `number`: English, two known companies, its own id and time."""
    name = _NAMES[number % len(_NAMES)]
    other = _NAMES[(number // len(_NAMES) + 1 + number) % len(_NAMES)]
    story = _STORIES[(number // 7) % len(_STORIES)]
    return {
        "id": f"doc-{number:06d}",
        "source": f"Test Wire {number % 17}",
        "title": story.format(name=name, other=other, n=number),
        "published_at": (START + timedelta(seconds=number)).isoformat(),
    }


def values(count: int, *, first: int = 0) -> Iterator[bytes]:
    """Yield `count` documents as record values."""
    for number in range(first, first + count):
        yield json.dumps(document(number)).encode()
