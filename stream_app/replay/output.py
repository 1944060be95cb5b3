"""What a run's workers wrote, kept as files that outlive its servers: each event once, sorted, with its digest.

`events/TOPIC.jsonl.zst` in the run's folder. Of events that were written again under one identity the last stays; of a
rollup, its last revision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from stream_app.replay.canonical import Identity, canonical, identity_of
from stream_app.replay.sorting import open_to_read, open_to_write, sorted_lines

_SUFFIX = ".jsonl.zst"
_SEPARATOR = b"\x00"
"""Stands in no JSON."""


@dataclass(slots=True)
class Kept:
    """How many events of one topic there are, of which kinds, and their digest; `repeats` were written again."""

    events: int = 0
    repeats: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    digest: str = ""


def path_of(folder: Path, topic: str) -> Path:
    """Return the file of a topic's events in a run's folder."""
    return folder / "events" / f"{topic}{_SUFFIX}"


def keep(values: Iterable[bytes], folder: Path, *, topic: str) -> Kept:
    """Write the topic's events, in the order in which they came, to their file, and return what was kept.

    Memory stays flat: what does not fit is sorted on disk, beside the file.
    """
    file = path_of(folder, topic)
    file.parent.mkdir(parents=True, exist_ok=True)
    kept, digest = Kept(), sha256()
    with TemporaryDirectory(dir=folder) as first, TemporaryDirectory(dir=folder) as second, open_to_write(file) as out:
        identity = identity_of(topic)
        editions = sorted_lines(((_edition(value, identity), value) for value in values), Path(first))
        once = _last_of_each(editions, kept)
        for _, _, line in sorted_lines(((identity.rank(orjson.loads(one)), one) for one in once), Path(second)):
            event = orjson.loads(line)
            out.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
            digest.update(canonical(event, topic) + b"\n")
            kept.events += 1
            kept.kinds[kind_of(event)] += 1
    kept.digest = digest.hexdigest()
    return kept


def read_kept(folder: Path, topic: str) -> Iterator[Any]:
    """Yield the topic's events of a run, in their order; none where the run has none."""
    return map(orjson.loads, kept_lines(folder, topic))


def kept_lines(folder: Path, topic: str) -> Iterator[bytes]:
    """Yield the same events as lines of JSON."""
    path = path_of(folder, topic)
    if not path.exists():
        return
    with open_to_read(path) as file:
        yield from file


def _edition(value: bytes, identity: Identity) -> bytes:
    event = orjson.loads(value)
    return identity.of(event) + _SEPARATOR + identity.edition(event)


def _last_of_each(lines: Iterable[tuple[bytes, int, bytes]], kept: Kept) -> Iterator[bytes]:
    last: tuple[bytes, bytes] | None = None
    for edition, _, line in lines:
        one = edition.partition(_SEPARATOR)[0]
        if last is not None and last[0] == one:
            kept.repeats += 1
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
