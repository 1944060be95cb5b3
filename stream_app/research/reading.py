"""The events that research reads: of a run, or of files in a folder, such as `tail TOPIC --json` writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from stream_app.adapters.files import open_file, read_lines
from stream_app.errors import DataError
from stream_app.replay.event_files import read_kept
from stream_app.replay.folder import RunFolder
from stream_app.replay.manifest import Manifest

_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")


@dataclass(frozen=True, slots=True)
class Events:
    """Where events are read from; `manifest` is None of a folder, which tells nothing of itself."""

    name: str
    folder: Path
    manifest: Manifest | None
    read: Callable[[str], Iterator[Any]]

    def expected(self, topic: str) -> int | None:
        """Return how many events of a topic there are, where that is known."""
        return None if self.manifest is None else self.manifest.counts.get(topic, 0)


def finished(folder: RunFolder) -> Manifest:
    """Return what came out of a run; DataError where there is none, or it is not done."""
    folder.run()
    manifest = folder.manifest()
    if manifest is None:
        raise DataError(f"run {folder.name} is {folder.state}: wait for its end, or `replay resume {folder.name}`")
    return manifest


def events_of_run(folder: RunFolder) -> Events:
    """Return the events of a run that is done."""
    return Events(folder.name, folder.path, finished(folder), lambda topic: read_kept(folder.path, topic))


def events_in(folder: Path) -> Events:
    """Return the events of `TOPIC.jsonl` files, also `.gz` and `.zst`; none of a topic without one.

    Delivery is at least once, so an event may stand there again: the first counts.
    """
    if not any(_file(folder, topic) for topic in ("sentiment.events", "risk.events")):
        raise DataError(f"{folder} has neither sentiment.events.jsonl nor risk.events.jsonl, as `tail --json` writes")
    return Events(folder.name, folder, None, lambda topic: _read(_file(folder, topic)))


def _file(folder: Path, topic: str) -> Path | None:
    return next((path for suffix in _SUFFIXES if (path := folder / f"{topic}{suffix}").exists()), None)


def _read(path: Path | None) -> Iterator[Any]:
    if path is None:
        return
    told: set[str] = set()
    with open_file(str(path)) as file:
        for number, line in enumerate(read_lines(file, str(path)), 1):
            event = _event(line, f"line {number} of {path}") if line else None
            if event is not None and event["event_id"] not in told:
                told.add(event["event_id"])
                yield event


def _event(line: bytes, place: str) -> Any:  # noqa: ANN401  (any event)
    try:
        event = orjson.loads(line)
        event["event_id"]  # what else there is to an event, its readers will say
    except (orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise DataError(f"{place} is no event, as one that was broken off ({error}): delete the line") from error
    return event
