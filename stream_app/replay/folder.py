"""A run's folder: how it was asked for, how far it is, what came out. It outlives the run's servers.

| file | holds |
| --- | --- |
| `run.json` | the request, the namespace, and when it began |
| `begun.json` | what it is made of beside its input |
| `sources.json` | what its sources were |
| `progress.json` | how far it is, while it runs |
| `ticks.json` | where ticks stand, once all is fed |
| `manifest.json` | what came out, once it is done |
| `events/` | the events of each topic |
| `superseded/` | what was said of some of them before |
| `paused` | that it is to stand still, while it is there |
| `lock` | is locked for as long as somebody runs it |
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from stream_app.adapters.whole_file import write_whole
from stream_app.errors import ConfigurationError, DataError
from stream_app.replay.inventory import Inventory
from stream_app.replay.manifest import Begun, Made, Manifest

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_RUN, _PROGRESS, _MANIFEST, _PAUSED, _LOCK = "run.json", "progress.json", "manifest.json", "paused", "lock"
_TICKS, _BEGUN, _SOURCES = "ticks.json", "begun.json", "sources.json"


class Namespace(BaseModel):
    """The names that are the run's own: nobody else's topics, keys or group begin with them."""

    model_config = ConfigDict(frozen=True)

    topic_prefix: str
    redis_prefix: str
    consumer_group: str


class RunFile(BaseModel):
    """`run.json`. `subscriptions` are values of the topic by name; servers are null where they were embedded."""

    model_config = ConfigDict(frozen=True)

    name: str
    namespace: Namespace
    request: dict[str, Any]
    subscriptions: dict[str, str] = {}
    begun_at: datetime
    kafka_brokers: str | None
    redis: bool


class State(StrEnum):
    """What is with a run."""

    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    DONE = "done"


class RunFolder:
    """`replays/NAME` of the state folder."""

    def __init__(self, state_dir: Path, name: str) -> None:
        """ConfigurationError for a name that topics could not bear."""
        if not _NAME.fullmatch(name):
            raise ConfigurationError(f"“{name}” is no name of a run: use a-z, 0-9 and - within, 60 characters at most")
        self.name, self.path = name, state_dir / "replays" / name

    @property
    def exists(self) -> bool:
        """Whether there is such a run."""
        return (self.path / _RUN).exists()

    def begin(self, run: RunFile) -> None:
        """Write down what is asked for; DataError where the name is taken."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._lock() as fd:  # of two that ask for one name at once, one gets it
            if not _try_lock(fd) or self.exists:
                raise DataError(
                    f"there is a run {self.name} already: `replay resume {self.name}` goes on with it, "
                    f"`replay drop {self.name}` deletes it"
                )
            self._write(_RUN, run.model_dump_json().encode())

    def run(self) -> RunFile:
        """Return what was asked for; DataError where there is no such run."""
        try:
            return RunFile.model_validate_json((self.path / _RUN).read_bytes())
        except (OSError, ValueError) as error:
            raise DataError(f"there is no run {self.name} in {self.path.parent}: see `replay list`") from error

    def begin_with(self, begun: Begun) -> None:
        """Write down what it is made of; DataError where a run that goes on was begun with something else."""
        before = self.begun()
        if before is None:
            self._write(_BEGUN, begun.model_dump_json().encode())
        elif before != begun:
            names = [name for name in Made.model_fields if getattr(before.made, name) != getattr(begun.made, name)]
            raise DataError(
                f"run {self.name} was begun with another {', '.join(names)}: go on with what it was begun with, or "
                f"`replay drop {self.name}` and run it again"
            )

    def begun(self) -> Begun | None:
        """Return what it is made of; None before that is known, and of runs of earlier versions."""
        content = self._read(_BEGUN)
        return None if content is None else Begun.model_validate_json(content)

    def note_inventory(self, inventory: Inventory) -> None:
        """Write down what the sources are."""
        self._write(_SOURCES, inventory.model_dump_json().encode())

    def inventory(self) -> Inventory | None:
        """Return what the sources were; None before the first reading, and of runs of earlier versions."""
        content = self._read(_SOURCES)
        return None if content is None else Inventory.model_validate_json(content)

    def finish(self, manifest: Manifest) -> None:
        """Write down what came out."""
        self._write(_MANIFEST, manifest.model_dump_json().encode())

    def manifest(self) -> Manifest | None:
        """Return what came out; None where the run is not done; DataError for what another version wrote."""
        content = self._read(_MANIFEST)
        try:
            return None if content is None else Manifest.model_validate_json(content)
        except ValueError as error:
            raise DataError(
                f"the manifest of run {self.name} is broken or of another version: `replay drop {self.name}` and run "
                "it again"
            ) from error

    def note_ticks(self, ticks: Sequence[datetime]) -> None:
        """Write down where ticks stand among the entries."""
        self._write(_TICKS, orjson.dumps(ticks))

    def ticks(self) -> list[datetime]:
        """Return where ticks stand; none where the run does not say it, as those of earlier versions."""
        content = self._read(_TICKS)
        return [] if content is None else [datetime.fromisoformat(one) for one in orjson.loads(content)]

    def note(self, progress: dict[str, Any]) -> None:
        """Write down how far it is."""
        self._write(_PROGRESS, orjson.dumps(progress))

    def progress(self) -> dict[str, Any]:
        """Return how far it was at the last note."""
        try:
            found: dict[str, Any] = orjson.loads((self.path / _PROGRESS).read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def pause(self, *, wanted: bool) -> None:
        """Let the run stand still, or go on."""
        if wanted:
            (self.path / _PAUSED).touch()
        else:
            (self.path / _PAUSED).unlink(missing_ok=True)

    @property
    def paused(self) -> bool:
        """Whether it is to stand still."""
        return (self.path / _PAUSED).exists()

    @property
    def state(self) -> State:
        """What is with it now; DataError where there is no such run."""
        self.run()
        if self._is_locked():
            return State.PAUSED if self.paused else State.RUNNING
        return State.DONE if (self.path / _MANIFEST).exists() else State.INTERRUPTED

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one that runs it; DataError where somebody else does."""
        with self._lock() as fd:
            if not _try_lock(fd):
                raise DataError(f"run {self.name} is under way already: see `replay list`")
            yield

    def delete(self) -> None:
        """Delete all of it."""
        shutil.rmtree(self.path)

    def _is_locked(self) -> bool:
        with self._lock() as fd:
            return not _try_lock(fd)

    @contextmanager
    def _lock(self) -> Iterator[int]:
        fd = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield fd
        finally:
            os.close(fd)

    def _read(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        write_whole(self.path / name, content)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def folders(state_dir: Path) -> list[RunFolder]:
    """Return all runs, by name."""
    found = (path.name for path in sorted((state_dir / "replays").glob("*")) if (path / _RUN).exists())
    return [RunFolder(state_dir, name) for name in found]
