"""Which version is served changes: Triton first has it ready, then the repository says so, and workers follow."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from stream_app.adapters.model_repository import read_metadata, served_number, version_numbers
from stream_app.adapters.model_standing import Standing, Switch, read_standing, write_standing
from stream_app.adapters.triton_versions import write_versions
from stream_app.adapters.whole_file import write_whole
from stream_app.errors import DataError
from stream_app.pipeline.tensors import MODEL_NAME


class Loader(Protocol):
    """A Triton that reads the repository."""

    async def load(self, versions: Mapping[int, str]) -> None:
        """Return when it has these versions ready, by number; it goes on with what it has where it cannot."""
        ...


async def promote(repository: Path, number: int, *, at: datetime, triton: Loader | None) -> Standing:
    """Serve this version; the one that was served stays loaded. DataError where it is served already."""
    now = standing_of(repository)
    if number == now.served:
        raise DataError(f"version {number} is served already")
    return await _change(repository, now.switched(Switch(number=number, by="promote", at=at)), triton, needs=number)


async def rollback(repository: Path, *, at: datetime, triton: Loader | None) -> Standing:
    """Serve the version before again; DataError where there is none."""
    now = standing_of(repository)
    if now.before is None:
        raise DataError(f"no version was served before {now.served}: nothing was promoted since")
    return await _change(
        repository, now.switched(Switch(number=now.before, by="rollback", at=at)), triton, needs=now.before
    )


async def offer(repository: Path, number: int, *, triton: Loader | None) -> Standing:
    """Have this version ready beside the served one, as the challenger; DataError where it is the served one."""
    now = standing_of(repository)
    if number == now.served:
        raise DataError(f"version {number} is served: it has nothing to be compared with")
    return await _change(repository, now.model_copy(update={"challenger": number}), triton, needs=number)


def standing_of(repository: Path) -> Standing:
    """Return the standing; where none was written down, that of the newest version."""
    now = read_standing(repository)
    return now if now.switches else Standing(switches=(Switch(number=served_number(repository), by="export"),))


def settle_installed(repository: Path, now: Standing | None) -> None:
    """Write down that a version that was installed is not served, unless it is the first.

    `now` is the standing before it was installed; None where there was no version.
    """
    now = now or standing_of(repository)
    write_versions(repository / MODEL_NAME, _names(repository, now, needs=now.served))
    write_standing(repository, now)


@contextmanager
def held(repository: Path) -> Iterator[None]:
    """Keep others from changing the repository meanwhile; DataError where one does already."""
    repository.mkdir(parents=True, exist_ok=True)
    fd = os.open(repository, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(f"another command changes {repository} now: try again when it is done") from error
        yield
    finally:
        os.close(fd)


async def _change(repository: Path, after: Standing, triton: Loader | None, *, needs: int) -> Standing:
    """Load what `after` needs, then write it down; what Triton cannot load leaves everything as it was."""
    model, names = repository / MODEL_NAME, _names(repository, after, needs=needs)
    before = write_versions(model, names)
    try:
        if triton is not None:
            await triton.load(names)
    except BaseException:
        for file, text in before.items():
            write_whole(file, text)
        raise
    write_standing(repository, after)
    return after


def _names(repository: Path, standing: Standing, *, needs: int | None) -> dict[int, str]:
    """Return what is to be loaded, by number; of others than what it `needs`, only what is there and readable."""
    found = {}
    for number in standing.loaded:
        try:
            found[number] = _name(repository, number)
        except DataError:
            if number in {needs, standing.served}:
                raise
    return found


def _name(repository: Path, number: int) -> str:
    if number not in version_numbers(repository):
        raise DataError(f"{repository / MODEL_NAME} has no version {number}: see `stream-app model list`")
    folder = repository / MODEL_NAME / str(number)
    name = read_metadata(folder).get("version")
    if not isinstance(name, str):
        raise DataError(f"{folder} does not tell its version: export it again, or restore the folder")
    return name
