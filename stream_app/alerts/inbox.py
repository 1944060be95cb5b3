"""Notices that wait until event time has passed them for good, so that they can be decided in its order.

Of two ticks in a row the first says that nothing earlier comes any more; what risks follow from that is told before the
second. So at each tick it is decided on what lies before the tick before it, and on risks that were judged there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stream_app.alerts.notices import Calm, Ended, Matched, notice_from
from stream_app.alerts.order import order_of, published_at
from stream_app.events.schema import Instant, Schema

_OWN = "/"
_CLOCK = "/clock"


class _Clock(Schema):
    """The last two ticks, and the offset of the last record that was taken."""

    offset: int = -1
    before: Instant | None = None
    last: Instant | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice as it was written, with its place."""

    offset: int
    value: bytes
    subscription: str
    since: int
    order: bytes
    published_at: datetime
    judged_at: datetime | None

    def is_due(self, upto: datetime) -> bool:
        """Return whether all that could stand before it is there."""
        return self.published_at < upto and (self.judged_at is None or self.judged_at <= upto)


@dataclass(frozen=True, slots=True)
class Due:
    """What can be decided now, in order: event time has come to `upto` for good."""

    upto: datetime
    notices: tuple[Waiting, ...]


class Inbox:
    """Holds the notices of one partition. A record that is delivered again changes nothing.

    `added` has to be written before what comes of notices, and `taken` after it.
    """

    def __init__(self, entries: Mapping[str, bytes]) -> None:
        """Begin with what was written."""
        clock = entries.get(_CLOCK)
        self._clock = _Clock.model_validate_json(clock) if clock else _Clock()
        self._waiting: dict[int, Waiting] = {}
        self._added: dict[str, bytes] = {}
        self._gone: list[str] = []
        for key, value in entries.items():
            notice = notice_from(value) if key.startswith(_OWN) and key != _CLOCK else None
            if isinstance(notice, Matched | Calm):
                self._put(notice, int(key.removeprefix(_OWN)), value)

    def hold(self, notice: Matched | Calm, offset: int, value: bytes) -> None:
        """Let a notice wait."""
        if self._is_new(offset):
            self._put(notice, offset, value)
            self._added[_key(offset)] = value

    def reach(self, moment: datetime, offset: int) -> Due | None:
        """Take a tick, and return what is due by it; a tick that comes again finds nothing."""
        clock = self._clock
        if not self._is_new(offset) or (clock.last and moment < clock.last):
            return None
        if moment != clock.last:
            self._clock = clock.model_copy(update={"before": clock.last, "last": moment})
        upto = self._clock.before
        return None if upto is None else Due(upto, self._taken(upto))

    def end(self, ended: Ended, offset: int) -> None:
        """Drop what waits of a subscription that has ended, but not of one that was made of the same name after it."""
        if self._is_new(offset):
            ours = [one for one in self._waiting.values() if one.subscription == ended.subscription]
            for one in ours:
                if one.since < ended.at:
                    self._drop(one)

    def added(self) -> dict[str, bytes]:
        """Return what came since the last call."""
        added, self._added = self._added, {}
        return added

    def taken(self) -> dict[str, bytes | None]:
        """Return what does not wait any more since the last call, and how far the records are."""
        gone, self._gone = self._gone, []
        return {**dict.fromkeys(gone), _CLOCK: self._clock.model_dump_json().encode()}

    def _is_new(self, offset: int) -> bool:
        if offset <= self._clock.offset:
            return False
        self._clock = self._clock.model_copy(update={"offset": offset})
        return True

    def _taken(self, upto: datetime) -> tuple[Waiting, ...]:
        """Take out what is due; of what was written twice, one."""
        due = [one for one in self._waiting.values() if one.is_due(upto)]
        for one in due:
            self._drop(one)
        return tuple(one for _, one in sorted({one.order: one for one in due}.items()))

    def _put(self, notice: Matched | Calm, offset: int, value: bytes) -> None:
        if isinstance(notice, Calm):
            name, since = notice.subscription, -1
        else:
            name, since = notice.terms.name, notice.terms.since
        place, moment = order_of(notice), published_at(notice)
        self._waiting[offset] = Waiting(offset, value, name, since, place, moment, notice.judged_at)

    def _drop(self, one: Waiting) -> None:
        del self._waiting[one.offset]
        if self._added.pop(_key(one.offset), None) is None:
            self._gone.append(_key(one.offset))


def _key(offset: int) -> str:
    return f"{_OWN}{offset}"
