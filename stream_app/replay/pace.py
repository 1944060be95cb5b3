"""How fast event time goes by: as it did, so many times faster, or as fast as the workers can."""

from __future__ import annotations

import re
from datetime import datetime

from stream_app.errors import ConfigurationError
from stream_app.replay.entry import EPOCH

MAX = "max"
_SPEED = re.compile(r"(\d+(?:\.\d+)?)x")


def parse_speed(written: str) -> float | None:
    """Read `1x`, `60x` or `max`, which is None; ConfigurationError for anything else."""
    found = _SPEED.fullmatch(written)
    if written == MAX:
        return None
    if found is None or not float(found[1]):
        raise ConfigurationError(f"“{written}” is no speed: say 1x, 60x or another number with x, or max")
    return float(found[1])


class Pace:
    """Tells when an entry is due, in seconds of a clock that never goes back. What the pause took is not caught up."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._origin: tuple[datetime, float] | None = None

    def due(self, moment: datetime, now: float) -> float:
        """Return when an entry of that event time is due; at most speed, now, as is one that tells no time."""
        if self._speed is None or moment <= EPOCH:
            return now
        if self._origin is None:
            self._origin = (moment, now)
        begun, since = self._origin
        return since + (moment - begun).total_seconds() / self._speed

    def restart(self) -> None:
        """Count from the next entry on, as after a pause."""
        self._origin = None
