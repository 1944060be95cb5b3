"""Headlines to measure with: seeded, each unlike the others, with two companies of the graph in each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import orjson

from stream_app.events.entity import EntityKind
from stream_app.knowledge.graph import KnowledgeGraph

_START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_STORIES = (
    "{a} beats estimates on strong {thing} demand, shares up {n}%",
    "{a} cuts full-year outlook as {thing} costs weigh; {b} slips {n}%",
    "{b} sues {a} over {thing} patents, seeks ${n} million",
    "Analysts at {b} downgrade {a} to hold, trim target to ${n}",
    "{a} to buy {thing} unit of {b} for ${n} million in cash",
    "{a} recalls {n} thousand units over faulty {thing}",
    "Strike halts {a} {thing} plant for day {n}, {b} warns of shortages",
    "{a} wins ${n} million {thing} contract, beating {b}",
    "{a} shares slump {n}% after {thing} sales miss; {b} gains",
    "{b} raises stake in {a} to {n}%, citing {thing} growth",
    "{a} and {b} extend {thing} partnership to {n} markets",
    "Regulator clears {a} {thing} deal with {b} after {n} weeks",
    "{a} lays off {n} workers at {thing} division",
    "{a} dividend up {n}% as {thing} margin improves",
    "{thing} prices squeeze {a}; {b} says demand stable at {n} units",
    "{a} issues {n}-year bonds to fund {thing} expansion",
)
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
        story = choose.choice(_STORIES)
        yield story.format(a=a, b=b, thing=choose.choice(_THINGS), n=choose.randint(2, 990))


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
