"""A run's page put together: events are read once for the charts, and once for the back-test where there are bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stream_app.errors import DataError
from stream_app.events.bar import Bar
from stream_app.events.topics import ALERTS, RISK, SENTIMENT
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.replay.manifest import Manifest
from stream_app.research.backtest.prices import Prices, prices_of
from stream_app.research.backtest.study import Study
from stream_app.research.instruments import tickers_by_entity
from stream_app.research.reading import Events
from stream_app.research.report import sections
from stream_app.research.report.digest import Digest
from stream_app.research.report.page import page
from stream_app.research.report.tested import tested
from stream_app.research.testing import Question, put_to_the_test

_UNKNOWN = "No ticker of the bars is of an entity that the graph knows: `stream-app backtest --entities` names them."

OnTopic = Callable[[str, int | None], Callable[[], None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Bars, the ticker of each entity, what the back-test found and how it was asked; empty without bars."""

    prices: Prices
    tickers: Mapping[str, str]
    found: Study | None
    says: str = ""


def digest_of(events: Events, *, on_topic: OnTopic = lambda *_: lambda: None) -> Digest:
    """Return the sums of a run; memory holds them alone."""
    digest = Digest()
    for topic, add in (
        (SENTIMENT.name, digest.add_sentiment),
        (RISK.name, digest.add_risk),
        (ALERTS.name, digest.add_alert),
    ):
        on_event = on_topic(topic, events.expected(topic))
        for event in events.read(topic):
            add(event)
            on_event()
    return digest


def market_of(
    events: Events,
    bars: Sequence[Bar],
    test: Question,
    *,
    graph: Callable[[], KnowledgeGraph],
    on_topic: OnTopic = lambda *_: lambda: None,
) -> Market:
    """Return the bars and what the events say of them; empty of no bars."""
    if not bars:
        return Market(prices={}, tickers={}, found=None)
    prices = prices_of(bars)
    tickers = tickers_by_entity(prices, graph())
    if not tickers:
        return Market(prices=prices, tickers=tickers, found=None, says=_UNKNOWN)
    found = put_to_the_test(events, bars, test, look_up=lambda _: tickers, on_topic=on_topic)
    return Market(prices=prices, tickers=tickers, found=found, says=_says(test))


def _says(test: Question) -> str:
    minutes = test.availability.delay.total_seconds() / 60
    session = f"; daily bars begin at {test.session}" if test.session else ""
    return (
        "Do signals tell what prices do next? An event counts for the first bar that starts after "
        f"{minutes:g} minutes from its publication{session}; returns are from its open, less the mean of all tickers."
    )


def report_of(events: Events, digest: Digest, market: Market, *, subscriptions: int, entities: int = 12) -> str:
    """Return the page of a run that is done."""
    manifest = _manifest(events)
    shown = [
        sections.volumes(digest),
        sections.tone(digest, market.prices, market.tickers, count=entities),
        sections.alerts(digest, subscriptions),
        tested(market.found, says=market.says),
        sections.speed(digest),
        sections.letters(manifest),
        sections.made_of(manifest),
    ]
    span = " to ".join(f"{day:%-d %B %Y}" for day in (manifest.first, manifest.last) if day)
    under = f"Replay of {span or 'nothing'} · model {manifest.model_version} · graph {manifest.kg_version}"
    return page(f"Replay “{manifest.name}”", under, tiles=list(sections.tiles(digest, manifest)), sections=shown)


def _manifest(events: Events) -> Manifest:
    if events.manifest is None:
        raise DataError(f"{events.name} is no run: a report needs its manifest")
    return events.manifest
