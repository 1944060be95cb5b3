"""What differs between two runs: event by event, since equal inputs give equal ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from stream_app.errors import DataError
from stream_app.events.topics import ALERTS, SENTIMENT
from stream_app.replay.event_files import read_kept
from stream_app.replay.folder import RunFolder
from stream_app.replay.manifest import Manifest, Runtime

_VERSIONS = ("input_sha256", "config_sha256", "kg_version", "model_version", "code_version")
_BUCKETS = 20
"""Of the histogram of polarity shifts, over -2 … 2."""


@dataclass(slots=True)
class Shift:
    """How the polarity of an entity or a topic moved: means over the events that both runs have."""

    by: str
    name: str
    events: int = 0
    one: float = 0.0
    other: float = 0.0
    most: float = 0.0

    @property
    def mean(self) -> float:
        """The mean move."""
        return self.other - self.one

    def add(self, one: float, other: float) -> None:
        """Take in one event."""
        self.events += 1
        self.one += (one - self.one) / self.events
        self.other += (other - self.other) / self.events
        self.most = max(self.most, abs(other - one))


@dataclass(slots=True)
class Differences:
    """How two runs differ.

    `versions` holds what they were made of, where it differs; `shifts` are the widest first; `daily` is the mean
    polarity of each by day of event time, with the number of events; `moves` says how many moved by how much.
    """

    one: str
    other: str
    same_digests: dict[str, bool]
    versions: dict[str, tuple[str, str]]
    counts: dict[str, tuple[int, int]]
    shifts: list[Shift] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    only_one: int = 0
    only_other: int = 0
    moves: list[int] = field(default_factory=lambda: [0] * _BUCKETS)
    daily: dict[str, tuple[float, float, int]] = field(default_factory=dict)

    def sameness(self, topic: str) -> str:
        """Say whether the events of a topic are the same to the byte."""
        same = self.same_digests.get(topic)
        return "" if same is None else ("same bytes" if same else "other bytes")

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON takes it."""
        return asdict(self) | {"shifts": [asdict(shift) | {"mean": shift.mean} for shift in self.shifts]}


def compared(one: RunFolder, other: RunFolder) -> Differences:
    """Return how the runs differ; DataError where one of them is not done.

    Memory holds the aggregates and the ids of alerts alone: events are sorted by id in both, and read side by side.
    """
    ones, others = _manifest(one), _manifest(other)
    found = Differences(one.name, other.name, *_outlines(ones, others))
    shifts: dict[tuple[str, str], Shift] = {}
    days: defaultdict[str, Shift] = defaultdict(lambda: Shift("day", ""))
    for left, right in _side_by_side(one, other, SENTIMENT.name, key="event_id"):
        found.only_one += right is None
        found.only_other += left is None
        if left and right and left["polarity"] is not None and right["polarity"] is not None:
            _add(found, shifts, days, pair=(left, right))
    found.shifts = sorted(shifts.values(), key=lambda shift: (-abs(shift.mean), shift.by, shift.name))
    found.daily = {day: (shift.one, shift.other, shift.events) for day, shift in sorted(days.items())}
    for left, right in _side_by_side(one, other, ALERTS.name, key="alert_id"):
        if right is None and left is not None:
            found.lost.append(left["alert_id"])
        elif left is None and right is not None:
            found.gained.append(right["alert_id"])
    return found


def _manifest(folder: RunFolder) -> Manifest:
    folder.run()
    manifest = folder.manifest()
    if manifest is None:
        raise DataError(f"run {folder.name} is {folder.state}: only runs that are done can be compared")
    return manifest


def _outlines(ones: Manifest, others: Manifest) -> tuple[dict[str, bool], dict[str, Any], dict[str, tuple[int, int]]]:
    same = {topic: digest == others.digest.get(topic) for topic, digest in ones.digest.items()}
    versions = {name: (getattr(ones, name), getattr(others, name)) for name in _VERSIONS}
    versions["model_runtime"] = (_written(ones.model_runtime), _written(others.model_runtime))
    topics = dict.fromkeys([*ones.counts, *others.counts])
    counts = {topic: (ones.counts.get(topic, 0), others.counts.get(topic, 0)) for topic in topics}
    return same, {name: pair for name, pair in versions.items() if pair[0] != pair[1]}, counts


def _written(runtime: Runtime) -> str:
    return ", ".join((runtime.runtime, runtime.precision, *runtime.processor_flags))


def _add(
    found: Differences, shifts: dict[tuple[str, str], Shift], days: dict[str, Shift], *, pair: tuple[Any, Any]
) -> None:
    one, other = (event["polarity"] for event in pair)
    names = [("entity", pair[0]["entity"]["name"]), ("topic", (pair[0]["topic"] or {}).get("label", "none"))]
    for by, name in names:
        shifts.setdefault((by, name), Shift(by, name)).add(one, other)
    days[pair[0]["published_at"][:10]].add(one, other)
    found.moves[min(_BUCKETS - 1, int((other - one + 2) / 4 * _BUCKETS))] += 1


def _side_by_side(one: RunFolder, other: RunFolder, topic: str, *, key: str) -> Iterator[tuple[Any, Any]]:
    """Yield the events of both that have one id, and those of either alone beside None."""
    ones, others = read_kept(one.path, topic), read_kept(other.path, topic)
    left, right = next(ones, None), next(others, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[key] < right[key]):
            yield left, None
            left = next(ones, None)
        elif left is None or right[key] < left[key]:
            yield None, right
            right = next(others, None)
        else:
            yield left, right
            left, right = next(ones, None), next(others, None)
