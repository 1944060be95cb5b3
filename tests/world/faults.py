"""What can go wrong in the simulated world, as values: a run is made of a scenario and a list of these."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Phase = Literal["before", "half", "after"]
Server = Literal["broker", "cache", "model"]

SERVERS: tuple[Server, ...] = ("broker", "cache", "model")
FEEDING_SECONDS = 60.0
"""Virtual time over which a scenario's documents are fed: faults by time fall into it."""


@dataclass(frozen=True, slots=True)
class CrashAtCall:
    """The worker that makes this call, the n-th of its kind, is gone: before, amid or after what the call does."""

    port: str
    number: int
    phase: Phase


@dataclass(frozen=True, slots=True)
class Crash:
    """A worker is gone at a moment."""

    at: float
    worker: int


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """A call does what it should, but the answer is lost: who waited for it tries again, so a send is sent twice."""

    port: str
    number: int


@dataclass(frozen=True, slots=True)
class Away:
    """A server does not answer for some seconds."""

    server: Server
    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Rebalance:
    """A worker leaves in good order, and joins again later."""

    at: float
    worker: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FedTwice:
    """A producer sends a document of the scenario again; they are counted through and through."""

    document: int
    at: float


@dataclass(frozen=True, slots=True)
class LateTick:
    """A tick comes that tells an earlier time than ticks before it told."""

    at: float
    behind_hours: float


@dataclass(frozen=True, slots=True)
class Flush:
    """Everything is gone from the cache."""

    at: float


Fault = CrashAtCall | Crash | LostAnswer | Away | Rebalance | FedTwice | LateTick | Flush

_RETRIED = ("send", "save", "mark", "recall", "infer", "load", "ensure", "count")


def draw(seed: int, calls: Mapping[str, int], *, replay: bool) -> list[Fault]:
    """Draw a few faults; `calls` tells how many calls of each kind an undisturbed run makes.

    A replay's documents and ticks come from the feeder alone, so nobody feeds them twice or late.
    """
    rng = random.Random(f"faults {seed}")
    kinds = _REPLAY if replay else _LIVE
    return [_one(rng.choice(kinds), rng, calls) for _ in range(rng.randint(1, 6))]


_REPLAY = ["crash at call"] * 4 + ["lost answer"] * 2 + ["crash", "away", "rebalance", "flush"]
_LIVE = [*_REPLAY, "fed twice", "late tick"]


def _one(kind: str, rng: random.Random, calls: Mapping[str, int]) -> Fault:
    at, worker = round(rng.uniform(0, FEEDING_SECONDS), 2), rng.randrange(3)
    port = rng.choice(sorted(calls))
    call = rng.randint(1, calls[port])
    lost = port if port in _RETRIED else "send"
    faults: dict[str, Fault] = {
        "crash at call": CrashAtCall(port, call, rng.choice(("before", "half", "after"))),
        "lost answer": LostAnswer(lost, rng.randint(1, calls[lost])),
        "crash": Crash(at, worker),
        "away": Away(rng.choice(SERVERS), at, round(rng.uniform(0.5, 25), 1)),
        "rebalance": Rebalance(at, worker, round(rng.uniform(0.1, 15), 1)),
        "fed twice": FedTwice(rng.randrange(100), at),
        "late tick": LateTick(at, round(rng.uniform(0.1, 6), 1)),
        "flush": Flush(at),
    }
    return faults[kind]
