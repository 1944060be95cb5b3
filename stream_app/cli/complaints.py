"""What ends a command, as an error of one line: wrong use, and what the operating system refuses."""

from __future__ import annotations

import errno
from typing import Any

import typer

from stream_app.errors import ConfigurationError, DataError, StreamAppError

# typer keeps its classes to itself: wrong use of any kind is what a wrong parameter is.
WrongUse: type[Any] = typer.BadParameter.__mro__[1]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}
"""What an operation on a file that is open already meets, which then tells no name."""


def wrong_use(error: Any) -> StreamAppError:  # noqa: ANN401  (see above)
    """Return what was wrong with the call, and of which command."""
    command = error.ctx.command_path if error.ctx else "stream-app"
    said = error.format_message().removeprefix("Invalid value: ").replace(": Value error, ", ": ").rstrip(".")
    within = command.removeprefix("stream-app").strip()
    return ConfigurationError(f"{f'{within}: ' if within else ''}{said}; see `{command} --help`")


def of_system(error: OSError) -> StreamAppError | None:
    """Return what the operating system refused; None where it is nothing that somebody at a shell could mend."""
    if error.filename is not None:
        place = f"{error.filename} cannot be read or written ({error.strerror})"
        return DataError(f"{place}: check the name and the rights")
    if error.errno in _FULL:
        return DataError(f"the operating system refused ({error.strerror}): make room, and start again")
    return None
