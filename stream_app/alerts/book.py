"""The memory of alerts of one partition: notices in, alerts out, and what has to be written to remember them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from stream_app.alerts.facts import Event, moment_of
from stream_app.alerts.notices import Calm, Ended, Matched, Notice, Reached
from stream_app.alerts.state import Cell, Desk, State
from stream_app.alerts.verdicts import (
    Verdict,
    admit,
    alert_of,
    close_due,
    is_repeat,
    keep_until,
    needs_cell,
    needs_desk,
    relieve,
    seat,
)
from stream_app.events.alert import Alert
from stream_app.events.risk_event import RiskEvent

_SEPARATOR = "/"
_SWEEP_EVERY = timedelta(hours=1)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NOTHING = Verdict()


class AlertBook:
    """Applies notices: each under its own offset, as it comes, or many under that of the tick that settles them.

    Keys are `subscription` for desks and `subscription/entity` for cells. `changes` has to be written in its order,
    after the alerts are out: then a crash at any point repeats alerts under their ids and loses none.
    """

    def __init__(self, entries: Mapping[str, bytes] | None = None) -> None:
        """Begin with what was written; an entry that cannot be read is as if it were not there."""
        self._cells: dict[str, Cell] = {}
        self._desks: dict[str, Desk] = {}
        self._changed: dict[str, None] = {}
        self._settling: set[str] | None = None
        self._swept_at = _BEGINNING
        for key, value in (entries or {}).items():
            if not key.startswith(_SEPARATOR):  # those are the inbox's
                self._restore(key, value)

    def apply(self, notice: Notice, offset: int, *, processed_at: datetime) -> Verdict:
        """Return what comes of the notice at that offset."""
        match notice:
            case Matched():
                self._sweep(moment_of(notice.event))
                return self._match(notice, offset, processed_at)
            case Calm():
                self._calm(notice, offset)
            case Reached():
                self._sweep(notice.event_time)
                return self._reach(notice.event_time, offset, processed_at)
            case Ended():
                self._end(notice)
        return _NOTHING

    def begin_settling(self, upto: datetime) -> None:
        """Let event time stand at `upto`, and several notices under one offset be no repeats of each other."""
        self._swept_at, self._settling = upto, set()

    def end_settling(self, upto: datetime, offset: int, *, processed_at: datetime) -> Verdict:
        """Close digests that ended by `upto`, and forget what cannot matter after it."""
        verdict = self._reach(upto, offset, processed_at)
        self._forget(upto)
        self._settling = None
        return verdict

    def changes(self) -> dict[str, bytes | None]:
        """Return what changed since the last call: desks, then cells; None for what is gone."""
        ordered = sorted(self._changed, key=lambda key: _SEPARATOR in key)
        self._changed = {}
        return {key: _written(self._cells.get(key) or self._desks.get(key)) for key in ordered}

    @property
    def open_digests(self) -> int:
        """How many digests gather events now."""
        return sum(desk.digest is not None for desk in self._desks.values())

    def _match(self, matched: Matched, offset: int, processed_at: datetime) -> Verdict:
        terms = matched.terms
        if self._settling is not None and matched.origin is not None:  # their records do not stand in this order
            matched = matched.model_copy(update={"origin": None})
        key = _SEPARATOR.join((terms.name, _entity(matched.event)))
        before = self._cells.get(key)
        if before is not None and self._contains(key, before, offset):
            return Verdict(held="repeated")
        if not needs_cell(terms):  # with other terms before, it may have been told in a digest, or not at all
            repeated = before is not None and is_repeat(before, matched)
            return Verdict(held="repeated") if repeated else Verdict((alert_of(matched, processed_at),))
        before = before or Cell(keep_until=keep_until(terms, self._swept_at))
        cell, held = admit(before, matched, offset)
        if cell is not before:
            self._put(key, cell)
        if held:
            return Verdict(held=held)
        verdict = self._seat(matched, offset, processed_at)
        if verdict.held == "throttled":  # what nobody was told of is no episode that goes on
            self._put(key, cell.model_copy(update={"episodes": before.episodes}))
        return verdict

    def _seat(self, matched: Matched, offset: int, processed_at: datetime) -> Verdict:
        if not needs_desk(matched.terms):
            return Verdict((alert_of(matched, processed_at),))
        name = matched.terms.name
        desk = self._desks.get(name) or Desk(keep_until=keep_until(matched.terms, self._swept_at))
        if self._contains(name, desk, offset):  # written before its cell was, which a crash then lost: the alert is out
            return Verdict(held="repeated")
        desk, verdict = seat(desk, matched, offset, processed_at=processed_at)
        self._put(name, desk)
        return verdict

    def _calm(self, calm: Calm, offset: int) -> None:
        key = _SEPARATOR.join((calm.subscription, calm.entity))
        before = self._cells.get(key)
        if before is None or self._contains(key, before, offset):
            return
        cell = relieve(before, calm, offset)
        if cell is not before:
            self._put(key, cell)

    def _reach(self, event_time: datetime, offset: int, processed_at: datetime) -> Verdict:
        alerts: list[Alert] = []
        for name, before in list(self._desks.items()):
            if self._contains(name, before, offset):  # what a tick that comes again closed, it closed then
                continue
            desk, due = close_due(before, event_time, offset, processed_at=processed_at)
            if due:
                self._put(name, desk)
                alerts.extend(due)
        return Verdict(tuple(alerts))

    def _end(self, ended: Ended) -> None:
        name = ended.subscription
        ours: dict[str, State] = {key: one for key, one in self._cells.items() if key.startswith(name + _SEPARATOR)}
        ours |= {name: self._desks[name]} if name in self._desks else {}
        for key, state in ours.items():
            if state.since < ended.at:  # else one of the same name, made after it, has gone on with it
                self._drop(key)

    def _sweep(self, event_time: datetime) -> None:
        """Forget, once an hour of event time, what cannot matter any more."""
        if event_time - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at = event_time
        self._forget(event_time)

    def _forget(self, event_time: datetime) -> None:
        old = [key for key, cell in self._cells.items() if cell.keep_until < event_time]
        old += [name for name, desk in self._desks.items() if desk.keep_until < event_time and desk.digest is None]
        for key in old:
            self._drop(key)

    def _contains(self, key: str, state: State, offset: int) -> bool:
        return state.offset >= offset and key not in (self._settling or ())

    def _put(self, key: str, state: State) -> None:
        if self._settling is not None:
            self._settling.add(key)
        if isinstance(state, Cell):
            self._cells[key] = state
        else:
            self._desks[key] = state
        self._changed[key] = None

    def _drop(self, key: str) -> None:
        self._cells.pop(key, None)
        self._desks.pop(key, None)
        self._changed[key] = None

    def _restore(self, key: str, value: bytes) -> None:
        try:
            if _SEPARATOR in key:
                self._cells[key] = Cell.model_validate_json(value)
            else:
                self._desks[key] = Desk.model_validate_json(value)
        except ValidationError:
            return


def _entity(event: Event) -> str:
    entity = event.exposed if isinstance(event, RiskEvent) else event.entity
    return entity.id if entity else ""


def _written(state: State | None) -> bytes | None:
    return None if state is None else state.model_dump_json().encode()
