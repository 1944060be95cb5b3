"""One row for each ticker and bar of which a text was known before: what was said, by whom, and the market until then.

The join is that of the back-test: an event counts for the first bar that starts after the event is usable. The market
state is that of the moment at which the last of these events was published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from stream_app.events.bar import Bar
from stream_app.pipeline.features import context_features
from stream_app.pipeline.market_state import MARKET_STATE, market_state
from stream_app.pipeline.tensors import CONTEXT_FEATURES
from stream_app.research.backtest.abnormal import abnormal_returns
from stream_app.research.backtest.availability import Availability
from stream_app.research.backtest.panel import refuse_look_ahead
from stream_app.research.backtest.prices import DAY, Prices, prices_of
from stream_app.research.backtest.signals import Event, entity_id

Numbers = NDArray[np.float32]
_OLDEST = timedelta(days=7) // timedelta(microseconds=1)
_SCORES = 9
_TOPIC_SLOTS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """All [rows, …]: days of the bars, whether the abnormal return is above zero, and the parts of the input.

    `documents` names one document of each row, the last that was published.
    """

    days: NDArray[np.int64]
    up: NDArray[np.bool_]
    scores: Numbers
    engagement: Numbers
    market: Numbers
    missing: NDArray[np.bool_]
    documents: tuple[str, ...]


@dataclass(slots=True)
class _Cell:
    """The events of a ticker and bar so far."""

    scores: Numbers = field(default_factory=lambda: np.zeros(_SCORES + _TOPIC_SLOTS, np.float32))
    context: Numbers = field(default_factory=lambda: np.zeros(CONTEXT_FEATURES, np.float32))
    novelty: float = 0.0
    count: int = 0
    usable: int = 0
    moment: str = ""
    document: str = ""


class RowMaker:
    """Takes events in any order, and gives the rows of their tickers and bars."""

    def __init__(
        self,
        bars: Sequence[Bar],
        tickers: Mapping[str, str],
        availability: Availability,
        *,
        length: timedelta,
    ) -> None:
        """`tickers` has the ticker of each entity id; a bar is over `length` after its start."""
        self._bars: dict[str, list[Bar]] = {}
        for bar in sorted(bars, key=lambda one: (one.ticker, one.start)):
            self._bars.setdefault(bar.ticker, []).append(bar)
        self._prices: Prices = prices_of(bars)
        self._tickers = {entity: ticker for entity, ticker in tickers.items() if ticker in self._prices}
        self._availability, self._length = availability, length
        self._topics: dict[str, int] = {}
        self._cells: dict[tuple[str, int], _Cell] = {}
        self.counts: Counter[str] = Counter()
        """Events by what became of them."""

    def add(self, event: Event) -> None:
        """Take in one sentiment event."""
        ticker = self._tickers.get(entity_id(event) or "")
        usable = self._availability.of(event)
        place = self._prices[ticker].first_after(usable) if ticker else None
        if ticker is None or place is None:
            self.counts["without a bar"] += 1
        elif int(self._prices[ticker].starts[place]) - usable > _OLDEST:
            self.counts["stale"] += 1
        elif event["polarity"] is None or event["document_sentiment"] is None:
            self.counts["unscored"] += 1
        else:
            self.counts["used"] += 1
            self._count(self._cells.setdefault((ticker, place), _Cell()), event, usable)

    def _count(self, cell: _Cell, event: Event, usable: int) -> None:
        cell.count += 1
        cell.scores += self._scores(event)
        cell.context += _context(event)
        cell.novelty += event["novelty"]
        if (usable, event["document_id"]) >= (cell.usable, cell.document):
            cell.usable, cell.moment, cell.document = usable, event["published_at"], event["document_id"]

    def _scores(self, event: Event) -> Numbers:
        found = np.zeros(_SCORES + _TOPIC_SLOTS, np.float32)
        own, whole = event["probabilities"], event["document_sentiment"]["probabilities"]
        labels = ("negative", "neutral", "positive")
        found[:_SCORES] = [
            *(own[label] for label in labels),
            *(whole[label] for label in labels),
            event["polarity"],
            event["relevance"],
            (event.get("shock") or {}).get("move", 0.0),
        ]
        if event["topic"]:
            slot = self._topics.setdefault(event["topic"]["label"], len(self._topics))
            found[_SCORES + slot % _TOPIC_SLOTS] = event["topic"]["probability"]
        return found

    def rows(self) -> Rows:
        """Return the rows whose abnormal return over the bar is known, in the order of day and ticker.

        DataError where one of them looks ahead.
        """
        gains = abnormal_returns(self._prices, 1, market="mean")
        found = sorted(self._cells, key=lambda key: (int(self._prices[key[0]].starts[key[1]]), key[0]))
        found = [key for key in found if gains[key[0]][key[1]] != 0 and np.isfinite(gains[key[0]][key[1]])]
        cells = [self._cells[key] for key in found]
        starts = np.array([self._prices[ticker].starts[place] for ticker, place in found], np.int64)
        refuse_look_ahead(starts, np.array([cell.usable for cell in cells], np.int64))
        market = np.array([self._market(key[0], cell) for key, cell in zip(found, cells, strict=True)], np.float32)
        market = market.reshape(len(found), 2 * MARKET_STATE)
        return Rows(
            days=starts // DAY,
            up=np.array([gains[ticker][place] > 0 for ticker, place in found], np.bool_),
            scores=_stacked([cell.scores / cell.count for cell in cells]),
            engagement=_stacked([_engagement(cell) for cell in cells]),
            market=market[:, :MARKET_STATE],
            missing=market[:, MARKET_STATE:] > 0,
            documents=tuple(cell.document for cell in cells),
        )

    def _market(self, ticker: str, cell: _Cell) -> Numbers:
        moment = datetime.fromisoformat(cell.moment)
        return market_state(self._bars[ticker], moment, length=self._length).flat()


def _context(event: Event) -> Numbers:
    followers = (event.get("author") or {}).get("followers")
    return context_features(event["source_kind"], followers=followers, likes=None, reposts=None, replies=None)


def _engagement(cell: _Cell) -> Numbers:
    """Return the mean of the served context features, how many documents there were, and how new they were."""
    return np.array([*(cell.context / cell.count), np.log1p(cell.count), cell.novelty / cell.count], np.float32)


def _stacked(rows: Iterable[Numbers]) -> Numbers:
    return np.array(list(rows), np.float32)
