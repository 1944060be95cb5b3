"""The files of a run's events: `events/TOPIC.jsonl.zst`, and `superseded/TOPIC.jsonl.zst`, what some said before.

Sentiment and risks have both: alerts are decided on all that an event said, also where it was written again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from stream_app.replay.sorting import open_to_read, open_to_write

_KEPT, _SUPERSEDED, _SUFFIX = "events", "superseded", ".jsonl.zst"


def path_of(folder: Path, topic: str) -> Path:
    """Return the file of a topic's events in a run's folder."""
    return folder / _KEPT / f"{topic}{_SUFFIX}"


def superseded_path(folder: Path, topic: str) -> Path:
    """Return the file of what events of a topic said before; it is there if any said something else."""
    return folder / _SUPERSEDED / f"{topic}{_SUFFIX}"


def create(file: Path) -> BinaryIO:
    """Open a new file in the place of one that may be another run's too."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    return open_to_write(file)


def read_kept(folder: Path, topic: str) -> Iterator[Any]:
    """Yield the topic's events of a run, in their order; none where the run has none."""
    return map(orjson.loads, kept_lines(folder, topic))


def kept_lines(folder: Path, topic: str) -> Iterator[bytes]:
    """Yield the same events as lines of JSON."""
    yield from _lines(path_of(folder, topic))


def editions(folder: Path, topic: str) -> Iterator[bytes]:
    """Yield the topic's events as lines of JSON, and then what some of them said before."""
    yield from kept_lines(folder, topic)
    yield from _lines(superseded_path(folder, topic))


def take_over(source: Path, folder: Path, topic: str) -> None:
    """Let a run's folder have the topic's events of another run; FileNotFoundError where that one has no such file.

    Files are written once, so both runs may have the same: it takes room once, and stays until both are dropped.
    """
    _link(path_of(source, topic), path_of(folder, topic))
    superseded_path(folder, topic).unlink(missing_ok=True)
    if superseded_path(source, topic).exists():
        _link(superseded_path(source, topic), superseded_path(folder, topic))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links
        shutil.copyfile(source, target)


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with open_to_read(path) as file:
            yield from file
