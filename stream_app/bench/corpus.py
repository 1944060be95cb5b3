"""Headlines to measure with: seeded, with two companies of the graph in each.

They resemble each other more than real ones, to be on the safe side: of 6,000, each finds five stories on average
that share a slot of its fingerprint, where headlines of SEntFiN find one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import orjson

from stream_app.events.entity import EntityKind
from stream_app.knowledge.graph import KnowledgeGraph

_START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_LEADS = (
    "{a} beats estimates on strong {thing} demand",
    "{a} cuts full-year outlook as {thing} costs weigh",
    "{a} recalls {n} thousand units over faulty {thing}",
    "{a} wins ${n} million {thing} contract",
    "{a} shares slump {n}% after weak {thing} sales",
    "{a} lays off {n} workers at {thing} division",
    "{a} lifts dividend {n}% as {thing} margin improves",
    "{a} issues {n}-year bonds to fund {thing} expansion",
    "Strike halts {thing} plant of {a} for day {n}",
    "Regulator clears {thing} deal of {a} after {n} weeks",
    "{thing} prices squeeze {a} for month {n}",
    "{a} names new head of {thing}",
    "Court orders {a} to pay ${n} million in {thing} case",
    "{a} opens {thing} site with {n} jobs",
    "Fire at {a} warehouse destroys {n} tons of {thing}",
    "{a} quarterly loss narrows to ${n} million on {thing}",
    "{a} delays {thing} launch by {n} days",
    "Hackers steal {n} thousand {thing} records from {a}",
    "{a} raises {thing} prices by {n}%",
    "{a} to spin off {thing} arm worth ${n} million",
)
_TAILS = (
    "{b} gains {m}%",
    "{b} warns of shortages",
    "beating {b}",
    "{b} says demand stable",
    "analysts at {b} trim target to ${m}",
    "{b} holds {m}% of shares",
    "rival {b} stays silent",
    "{b} files complaint",
    "partner {b} to follow within {m} weeks",
    "{b} bids ${m} billion for rest",
    "supplier {b} drops {m}%",
    "{b} downgrades to hold",
    "talks with {b} collapse",
    "{b} to take over {m} staff",
    "joint venture with {b} in doubt",
    "{b} upgrades forecast to {m} cents",
    "customers switch to {b}",
    "{b} among {m} creditors",
    "shares of {b} flat",
    "{b} calls for inquiry",
)
_JOINTS = ("; ", ", ", " as ", " - ", " while ", ": ")
_THINGS = (
    "chip battery cloud advertising steel software engine retail insurance lending shipping copper vaccine turbine "
    "payments logistics fertiliser solar streaming semiconductor freight apparel mortgage telecom wafer tyre aircraft"
).split()


def headlines(graph: KnowledgeGraph, count: int, *, seed: int = 7) -> Iterator[str]:
    """Yield `count` English headlines of 10 to 30 tokens."""
    names = sorted(entity.name for entity in graph.entities if entity.kind is EntityKind.COMPANY)
    choose = random.Random(seed)  # noqa: S311  (a benchmark wants the same numbers each time)
    for _ in range(count):
        a, b = choose.sample(names, 2)
        lead, joint, tail = choose.choice(_LEADS), choose.choice(_JOINTS), choose.choice(_TAILS)
        thing, n, m = choose.choice(_THINGS), choose.randint(2, 990), choose.randint(2, 90)
        yield f"{lead}{joint}{tail}".format(a=a, b=b, thing=thing, n=n, m=m)


def record_values(titles: Sequence[str], *, run: str) -> Iterator[bytes]:
    """Yield the headlines as record values with ids of this `run`."""
    for number, title in enumerate(titles):
        yield orjson.dumps(
            {
                "id": f"{run}-{number}",
                "source": f"Benchmark Wire {number % 16}",
                "title": title,
                "published_at": (_START + timedelta(seconds=number)).isoformat(),
            }
        )
