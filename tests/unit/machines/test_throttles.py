"""Throttles and digests under redelivery, restarts and writes cut off: alerts are those of a plain loop over all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from stream_app.alerts.book import AlertBook
from stream_app.alerts.facts import moment_of
from stream_app.alerts.matcher import Matcher
from stream_app.alerts.matching import notices_of
from stream_app.alerts.notices import Matched, Notice, Reached
from stream_app.events.alert import Alert
from tests.factories import RECEIVED, START, minutes
from tests.unit.alerts.examples import COMPANIES, sentiment, small_world, subscription

SECONDS = 600
WISHES = {
    "entity": {"throttle": {"per": "entity", "seconds": SECONDS}},
    "subscription": {"throttle": {"per": "subscription", "seconds": SECONDS}},
    "digest": {"digest": SECONDS},
    "plain": {},
}
_AFFILIATE = small_world()


@dataclass
class Slow:
    """All that was sent to one subscription, and the digest that is open: since when, and of which events."""

    kind: str
    sent: list[tuple[str, float]] = field(default_factory=list)
    told: list[tuple[str, ...]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    opened: float | None = None
    gathered: list[str] = field(default_factory=list)

    def event(self, name: str, entity: str, at: float) -> None:
        """Take an event that matches."""
        if self.kind != "plain" and name in self.seen:
            return
        self.seen.add(name)
        self.reached(at)
        if self.kind == "digest":
            self.opened = at if self.opened is None else self.opened
            self.gathered.append(name)
            return
        rivals = [when for who, when in self.sent if self.kind == "subscription" or who == entity]
        if self.kind == "plain" or all(abs(at - when) >= SECONDS for when in rivals):
            self.sent.append((entity, at))
            self.told.append((name,))

    def reached(self, at: float) -> None:
        """Let event time come this far."""
        if self.opened is not None and at >= self.opened + SECONDS:
            self.told.append(tuple(self.gathered))
            self.opened, self.gathered = None, []


class Throttles(RuleBasedStateMachine):
    """One partition of notices, and a book that is restored from what was written of it."""

    @initialize(kind=st.sampled_from(["digest", *WISHES]))
    def start(self, kind: str) -> None:
        self.slow = Slow(kind)
        self.matcher = Matcher()
        self.matcher.put(subscription(match={"min_abs_polarity": 0.5}, **WISHES[kind]))
        self.notices: list[Notice] = []
        self.book, self.written, self.done = AlertBook(), dict[str, bytes](), 0
        self.alerts: dict[str, Alert] = {}
        self.minute = 0

    @rule(
        number=st.integers(0, 30),
        company=st.sampled_from(COMPANIES[:2]),
        later=st.integers(0, 12),
        back=st.integers(0, 25),
    )
    def event(self, number: int, company: str, later: int, back: int) -> None:
        """An event comes in about the order of event time; one that came before may come again."""
        self.minute += later
        name = f"{company}-{number}"
        at = 60.0 * max(0, self.minute - back)
        known = [one.event for one in self.notices if isinstance(one, Matched) and one.event.event_id == name]
        event = known[0] if known else sentiment(name, company, at=at)
        self.notices.extend(notices_of(event, self.matcher, _AFFILIATE))
        self.slow.event(name, company, (moment_of(event) - START).total_seconds())

    @rule(later=st.integers(0, 15))
    def tick(self, later: int) -> None:
        self.minute += later
        self.notices.append(Reached(event_time=START + minutes(self.minute)))
        self.slow.reached(60.0 * self.minute)

    @rule()
    def batch(self) -> None:
        self._apply(self.done)
        self._write(self.book.changes().items())
        self.done = len(self.notices)

    @rule(some=st.integers(1, 2))
    def crash_while_writing(self, some: int) -> None:
        """The alerts are out, some of the changes are written, and the offset is not."""
        self._apply(self.done)
        self._write(list(self.book.changes().items())[:some])
        self.book = AlertBook(self.written)

    @rule(again=st.integers(0, 5))
    def crash_before_the_offset(self, again: int) -> None:
        """All is written, and a stretch that was done before is delivered again."""
        self.batch()
        self.book, self.done = AlertBook(self.written), max(0, self.done - again)

    @invariant()
    def alerts_are_those_of_the_plain_loop(self) -> None:
        if hasattr(self, "slow") and self.done == len(self.notices):
            told = [tuple(sorted(events)) for events in self.slow.told]
            wanted = set(told) if self.slow.kind == "plain" else told
            assert sorted(self._told()) == sorted(wanted)

    def teardown(self) -> None:
        if hasattr(self, "slow"):
            self.batch()
            self.alerts_are_those_of_the_plain_loop()

    def _told(self) -> Iterator[tuple[str, ...]]:
        for alert in self.alerts.values():
            inside = alert.digest.events if alert.digest else (alert.event,)
            if alert.digest:
                ranks = [(-abs(one.size or 0), one.event_id) for one in alert.digest.events]
                assert ranks == sorted(ranks)
            yield tuple(sorted(one.event_id for one in inside))

    def _apply(self, start: int) -> None:
        for offset in range(start, len(self.notices)):
            for alert in self.book.apply(self.notices[offset], offset, processed_at=RECEIVED).alerts:
                first = self.alerts.setdefault(alert.alert_id, alert)
                assert (first.event, first.digest) == (alert.event, alert.digest)

    def _write(self, changes: Iterable[tuple[str, bytes | None]]) -> None:
        for key, value in changes:
            if value is None:
                self.written.pop(key, None)
            else:
                self.written[key] = value


Throttles.TestCase.settings = settings(max_examples=40, stateful_step_count=20)
TestThrottles = Throttles.TestCase
