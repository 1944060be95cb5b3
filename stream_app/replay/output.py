"""What a run's workers wrote, kept as files that outlive its servers: each event once, sorted, with its digest.

Of events that were written again under one identity the last stays; of a rollup, its last revision. What an event said
before goes to a file of its own where alerts are decided on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import orjson

from stream_app.events.topics import RISK, SENTIMENT
from stream_app.replay.canonical import Identity, canonical, identity_of
from stream_app.replay.event_files import create, path_of, superseded_path
from stream_app.replay.sorting import sorted_lines

_DECIDED_ON = frozenset({SENTIMENT.name, RISK.name})
"""The topics that alerts are decided on."""

_SEPARATOR = b"\x00"
"""Stands in no JSON."""


@dataclass(slots=True)
class Kept:
    """How many events of one topic there are, of which kinds, and their digest; `repeats` were written again."""

    events: int = 0
    repeats: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    digest: str = ""


def keep(values: Iterable[bytes], folder: Path, *, topic: str) -> Kept:
    """Write the topic's events, in the order in which they came, to their file, and return what was kept.

    Memory stays flat: what does not fit is sorted on disk, beside the file.
    """
    kept, digest, identity = Kept(), sha256(), identity_of(topic)
    with ExitStack() as opened:
        out = opened.enter_context(create(path_of(folder, topic)))
        first, second = (opened.enter_context(TemporaryDirectory(dir=folder)) for _ in range(2))
        superseded = _Superseded(folder, topic, opened)
        editions = sorted_lines(((_edition(value, identity), value) for value in values), Path(first))
        once = _last_of_each(editions, kept, superseded.add)
        for _, _, line in sorted_lines(((identity.rank(orjson.loads(one)), one) for one in once), Path(second)):
            event = orjson.loads(line)
            out.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
            digest.update(canonical(event, topic) + b"\n")
            kept.events += 1
            kept.kinds[kind_of(event)] += 1
    kept.digest = digest.hexdigest()
    return kept


class _Superseded:
    """Writes what events of a topic said before they were written again, where alerts are decided on it."""

    def __init__(self, folder: Path, topic: str, opened: ExitStack) -> None:
        self._path, self._topic, self._opened = superseded_path(folder, topic), topic, opened
        self._path.unlink(missing_ok=True)
        self._file: BinaryIO | None = None

    def add(self, before: bytes, after: bytes) -> None:
        """Take what an event said, unless it is what it says then."""
        if self._topic not in _DECIDED_ON or before == after:
            return
        event, then = orjson.loads(before), orjson.loads(after)
        if canonical(event, self._topic) == canonical(then, self._topic):
            return
        if self._file is None:
            self._file = self._opened.enter_context(create(self._path))
        self._file.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))


def _edition(value: bytes, identity: Identity) -> bytes:
    event = orjson.loads(value)
    return identity.of(event) + _SEPARATOR + identity.edition(event)


def _last_of_each(
    lines: Iterable[tuple[bytes, int, bytes]], kept: Kept, superseded: Callable[[bytes, bytes], None]
) -> Iterator[bytes]:
    last: tuple[bytes, bytes] | None = None
    for edition, _, line in lines:
        one = edition.partition(_SEPARATOR)[0]
        if last is not None and last[0] == one:
            kept.repeats += 1
            superseded(last[1], line)
        elif last is not None:
            yield last[1]
        last = one, line
    if last is not None:
        yield last[1]


def kind_of(event: Any) -> str:  # noqa: ANN401  (any event of an output topic)
    """Return what an event is counted as: the kind of its entity, its direction, its window, its error."""
    for name in ("error_kind", "direction", "window", "subscription"):
        if name in event:
            return str(event[name])
    entity = event.get("entity")
    return str(entity["kind"]) if entity else "none"
