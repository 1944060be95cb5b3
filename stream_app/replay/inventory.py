"""What a run's sources were when it began: a run that goes on reads the same, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from stream_app.adapters.files import STDIN, files_in
from stream_app.adapters.kafka_range import Offsets, TopicRange
from stream_app.errors import ConfigurationError, DataError
from stream_app.pipeline.decode import FUTURE_TOLERANCE
from stream_app.replay.request import Clock, Request

Readers = Mapping[str, TopicRange]
"""By the name of the topic."""


class Inventory(BaseModel):
    """Sizes and times of change (ns) of files by name, and what is read of each partition of each topic."""

    model_config = ConfigDict(frozen=True)

    files: dict[str, tuple[int, int]] = {}
    topics: dict[str, dict[int, Offsets]] = {}

    @classmethod
    def of(cls, request: Request, readers: Readers) -> Self:
        """Return what is there now; an entry of a topic that is gone is none of it."""
        files = {name: (about.st_size, about.st_mtime_ns) for name, about in _files(request)}
        return cls(files=files, topics={topic: _stretches(topic, reader, request) for topic, reader in readers.items()})

    def check_there(self, request: Request, readers: Readers) -> None:
        """Raise DataError where the sources are not what they were."""
        now = {name: (about.st_size, about.st_mtime_ns) for name, about in _files(request)}
        if changed := [
            name for name in sorted(self.files.keys() | now.keys()) if self.files.get(name) != now.get(name)
        ]:
            raise DataError(f"{changed[0]} is not what it was when the run began: drop the run and begin again")
        for topic, stretches in self.topics.items():
            there = readers[topic].between(None, None)
            for partition, offsets in stretches.items():
                if offsets.first < offsets.end and there[partition].first > offsets.first:
                    raise DataError(
                        f"the broker has deleted records of {topic} that the run has to read again (partition "
                        f"{partition} begins at {there[partition].first}, the run at {offsets.first}): drop the run "
                        "and begin again"
                    )


def files_of(names: tuple[str, ...]) -> list[str]:
    """Return the files that these names stand for, those of folders among them."""
    return [file for name in names for file in files_in(name)]


def _files(request: Request) -> Iterator[tuple[str, os.stat_result]]:
    for name in files_of(request.files + request.market):
        if name != STDIN:
            yield name, Path(name).stat()


def _stretches(topic: str, reader: TopicRange, request: Request) -> dict[int, Offsets]:
    """Return where to read. A record may stand up to a margin after its time, and a document a day before its own."""
    if request.offsets:
        return _asked(topic, reader.between(None, None), parse_offsets(request.offsets))
    before = FUTURE_TOLERANCE if request.by is Clock.EVENT else timedelta()
    return dict(reader.between(request.begin and request.begin - before, request.end and request.end + request.margin))


def _asked(topic: str, there: Mapping[int, Offsets], asked: Mapping[int, Offsets]) -> dict[int, Offsets]:
    """Return what is there of the offsets that are asked for; nothing would ever come of others."""
    if unknown := sorted(asked.keys() - there.keys()):
        raise DataError(f"{topic} has no partition {unknown[0]}: it has {', '.join(map(str, sorted(there)))}")
    return {
        number: Offsets(max(one.first, there[number].first), min(one.end, there[number].end))
        for number, one in asked.items()
    }


def parse_offsets(written: str) -> dict[int, Offsets]:
    """Read `PARTITION:FIRST-END,…`, END not included; ConfigurationError for anything else."""
    found = {}
    for part in written.split(","):
        try:
            partition, _, places = part.partition(":")
            first, _, end = places.partition("-")
            found[int(partition)] = Offsets(int(first), int(end))
        except ValueError as error:
            raise ConfigurationError(f"“{part}” is not PARTITION:FIRST-END, such as 0:100-500") from error
    return found
