"""From an event to a row: each column names where in the event its value stands, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa

Event = Mapping[str, Any]

TEXT, NUMBER, COUNT, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()
INSTANT = pa.timestamp("us", tz="UTC")
JSON = pa.large_string()
"""A part of the event as it is, for which no columns are worth their place."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; of several `paths` the first that leads to a value holds."""

    name: str
    kind: Any
    paths: tuple[str, ...]
    meaning: str

    def value(self, event: Event) -> Any:  # noqa: ANN401  (any JSON)
        """Return the event's value as Arrow takes it; None where the event has none."""
        found = next((value for path in self.paths if (value := _at(event, path)) is not None), None)
        return None if found is None else _SHAPES.get(self.kind, _as_it_is)(found)


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a topic; its rows are parted by the day of `time`, in UTC."""

    topic: str
    time: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> Any:  # noqa: ANN401  (pyarrow is not typed)
        """The Arrow schema, with the meaning of each column in its metadata."""
        fields = (pa.field(one.name, one.kind, metadata={"description": one.meaning}) for one in self.columns)
        return pa.schema(list(fields))

    def day(self, event: Event) -> str:
        """Return the day that the event belongs to."""
        return str(event[self.time])[: len("2026-03-02")]

    def batch(self, events: Sequence[Event]) -> Any:  # noqa: ANN401  (pyarrow is not typed)
        """Return the events as a record batch, in their order."""
        arrays = [pa.array([one.value(event) for event in events], one.kind) for one in self.columns]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def column(name: str, kind: Any, meaning: str, *paths: str) -> Column:  # noqa: ANN401  (pyarrow is not typed)
    """Return a column; without a path its name is the path."""
    return Column(name, kind, paths or (name,), meaning)


def _at(event: Any, path: str) -> Any:  # noqa: ANN401  (any JSON)
    for name in path.split("."):
        if not isinstance(event, Mapping):
            return None
        event = event.get(name)
    return event


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    return value


_SHAPES: Mapping[Any, Callable[[Any], Any]] = {INSTANT: _instant, JSON: lambda value: orjson.dumps(value).decode()}
