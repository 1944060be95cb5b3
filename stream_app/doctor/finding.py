"""What a check found, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from stream_app.errors import StreamAppError

_PATIENCE_SECONDS = 30.0


class Status(StrEnum):
    """A warning is worth knowing; a failure keeps a worker from doing its work."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `advice` is None where nothing is to be done."""

    check: str
    status: Status
    detail: str
    advice: str | None = None


def ok(check: str, detail: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(check, Status.OK, detail)


def warning(check: str, detail: str, advice: str) -> Finding:
    """Return a finding that a worker can live with."""
    return Finding(check, Status.WARNING, detail, advice)


def failure(check: str, detail: str, advice: str) -> Finding:
    """Return a finding that a worker cannot live with."""
    return Finding(check, Status.FAILURE, detail, advice)


def failed(check: str, error: StreamAppError) -> Finding:
    """Return the failure that an error of ours tells: what happened, then, after its last colon, what to do."""
    detail, _, advice = str(error).rpartition(": ")
    return failure(check, detail or advice, advice)


async def found(
    check: str, look: Awaitable[Iterable[Finding]], *, patience_seconds: float = _PATIENCE_SECONDS
) -> list[Finding]:
    """Return what a look found; an error of ours and a server that keeps silent are findings too."""
    try:
        return list(await asyncio.wait_for(look, patience_seconds))
    except StreamAppError as error:
        return [failed(check, error)]
    except TimeoutError:
        silent = f"no answer within {patience_seconds:g} s"
        return [failure(check, silent, "check the address, the firewall and whether the server is overloaded")]
