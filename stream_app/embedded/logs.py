"""Log files of child processes, and what they say of a failure."""

from __future__ import annotations

import fcntl
import itertools
import os
import re
from pathlib import Path

from stream_app.errors import ConfigurationError

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_TAIL_BYTES = 64 * 1024
_LINE_CHARACTERS = 300


class LogFile:
    """A file that one child process at a time writes to; a lock keeps a second instance in the same folder off it."""

    def __init__(self, directory: Path, name: str) -> None:
        """Open `name.log`, or `name-2.log` and so on while others write there, and empty it."""
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self.path, self.fd = _open_unlocked(directory, name)
        except OSError as error:
            reason = f"cannot write logs to {directory}: {error.strerror}; set STREAM_APP_STATE_DIR"
            raise ConfigurationError(reason) from None
        os.ftruncate(self.fd, 0)
        self._mark = 0

    def mark(self) -> None:
        """Begin a new life: what was written before says nothing about what follows."""
        self._mark = os.fstat(self.fd).st_size

    def text(self) -> str:
        """Return the end of what was written since the mark, without colours."""
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._mark, end - _TAIL_BYTES))
            return _COLOURS.sub("", file.read().decode(errors="replace"))

    def last_words(self, cause: str | None = None) -> str:
        """Return the first text since the mark that matches `cause`, else the last line that says anything."""
        text = self.text()
        found = re.search(cause, text, re.MULTILINE) if cause else None
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        words = found[0].strip() if found else (lines or ["(nothing)"])[-1]
        return words if len(words) <= _LINE_CHARACTERS else words[: _LINE_CHARACTERS - 1] + "…"

    def close(self) -> None:
        """Release the file; to close it twice is harmless."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def _open_unlocked(directory: Path, name: str) -> tuple[Path, int]:
    for number in itertools.count(1):
        path = directory / (f"{name}.log" if number == 1 else f"{name}-{number}.log")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            # The lock belongs to the open file, which the child inherits: it lasts as long as anybody writes.
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
        else:
            return path, fd
    raise AssertionError
