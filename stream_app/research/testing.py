"""A back-test put together: events and bars in, a study out, written down with the run as tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stream_app.errors import DataError
from stream_app.events.bar import Bar
from stream_app.replay.manifest import sha256_of
from stream_app.research.backtest.availability import Availability
from stream_app.research.backtest.panel import Panel
from stream_app.research.backtest.prices import prices_of
from stream_app.research.backtest.signals import SIGNALS, topics_of
from stream_app.research.backtest.study import Rules, Study, study
from stream_app.research.reading import Events
from stream_app.research.trials import Trials

LookUp = Callable[[Iterable[str]], Mapping[str, str]]
OnTopic = Callable[[str, int | None], Callable[[], None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked; `tried` counts hypotheses of elsewhere."""

    availability: Availability
    rules: Rules
    market: tuple[str, ...]
    columns: str = ""
    session: str = ""
    tried: int = 0

    def configuration(self) -> dict[str, Any]:
        """Return what makes it another test than the last one."""
        rules = asdict(self.rules)
        for name in ("samples", "seed", "doubtful", "oldest"):
            del rules[name]
        return {
            "rules": rules,
            "usable": self.availability.usable,
            "delay_seconds": self.availability.delay.total_seconds(),
            "files": [str(Path(file).resolve()) for file in self.market],
            "columns": self.columns,
            "session": self.session,
        }


def put_to_the_test(
    events: Events, bars: Iterable[Bar], test: Question, *, look_up: LookUp, on_topic: OnTopic = lambda *_: lambda: None
) -> Study:
    """Return what the events say of the bars; DataError where no ticker of the bars is of an entity."""
    prices = prices_of(bars)
    tickers = look_up(prices)
    if not tickers.keys() or not set(tickers.values()) & prices.keys():
        raise DataError("no ticker of the bars is of a known entity: name them by --entities")
    panel = Panel(prices, tickers, test.availability, oldest=test.rules.oldest)
    for topic in topics_of(SIGNALS):
        signals = [signal for signal in SIGNALS if signal.topic == topic]
        on_event = on_topic(topic, events.expected(topic))
        for event in events.read(topic):
            panel.add(event, signals)
            on_event()
    trials, asked = Trials(events.folder), test.configuration() | {"tickers": sha256_of(dict(sorted(tickers.items())))}
    found = study(panel, prices, test.rules, tried=test.tried + trials.before(asked))
    trials.add(asked, found.hypotheses - test.tried - trials.before(asked))
    return found
