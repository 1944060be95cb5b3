"""What is asked of a run: everything that `replay run` takes, so that `replay resume` needs only the name."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from stream_app.adapters.files import STDIN, FileFormat
from stream_app.events.topics import NEWS
from stream_app.replay.laps import TickRule
from stream_app.replay.order import Span
from stream_app.replay.pace import MAX

DEFAULT_LATENESS = 10_000
DEFAULT_AHEAD = 4096


class Clock(StrEnum):
    """Which time of a record the range is meant in."""

    EVENT = "event"
    RECEIVED = "received"


class Request(BaseModel):
    """Sources, range and rules of a run."""

    model_config = ConfigDict(frozen=True)

    files: tuple[str, ...] = ()
    into: str = NEWS.name
    columns: str = ""
    file_format: FileFormat | None = None
    market: tuple[str, ...] = ()
    market_columns: str = ""
    bar_length: timedelta = timedelta(days=1)
    subscriptions: str = ""
    topics: tuple[str, ...] = ()
    offsets: str = ""
    by: Clock = Clock.EVENT
    margin: timedelta = timedelta(days=1)
    begin: datetime | None = None
    end: datetime | None = None
    lateness: int = DEFAULT_LATENESS
    tick_step: timedelta = TickRule().step
    tick_entries: int = TickRule().entries
    speed: str = MAX
    workers: int = 1
    partitions: int = 4
    ahead: int = DEFAULT_AHEAD
    parts: tuple[str, ...] = ()
    cached: bool = True
    reused: bool = True

    @property
    def span(self) -> Span:
        """The stretch of event time."""
        return Span(self.begin, self.end)

    @property
    def ticks(self) -> TickRule:
        """Where ticks stand."""
        return TickRule(step=self.tick_step, entries=self.tick_entries)

    @property
    def can_be_read_again(self) -> bool:
        """Whether the input is there for a second reading."""
        return STDIN not in self.files

    @property
    def may_be_taken(self) -> bool:
        """Whether the events of another run would do; at a speed other than the highest somebody wants to watch."""
        return self.reused and self.cached and self.speed == MAX and self.can_be_read_again

    def configuration(self) -> dict[str, Any]:
        """Return what results depend on beside input, graph and model."""
        names = {"into", "columns", "by", "begin", "end", "lateness", "tick_step", "tick_entries", "bar_length"}
        return self.model_dump(mode="json", include=names | ({"parts"} if self.parts else set()))
