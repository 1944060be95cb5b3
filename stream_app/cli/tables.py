"""How each topic looks as a table: its columns, and the cells of one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from rich.text import Text

from stream_app.cli.output import POLARITY_WIDTH, QUIET, Column, polarity_bar
from stream_app.cli.risks import chances, direction
from stream_app.cli.verdicts import words
from stream_app.events import topics
from stream_app.events.alert import Alert
from stream_app.events.dead_letter import DeadLetter
from stream_app.events.document import Document
from stream_app.events.risk_event import RiskEvent
from stream_app.events.rollup import Rollup
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.mending import Place
from stream_app.pipeline.records import Record

Cells = Sequence[Text | str]
_TIME_WIDTH = 19
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class View:
    """The columns of a topic and how its values fill them."""

    columns: Sequence[Column]
    cells: Callable[[Any], Cells]


def view_of(topic: str) -> View:
    """Return how a topic is shown; one that is not of the contract shows key and value."""
    return _VIEWS.get(_contract_name(topic), _ANY)


def _contract_name(topic: str) -> str:
    """Return the name that the contract has for a topic: those of single subscriptions are all one."""
    return topics.ALERTS.name if topic.startswith(topics.alerts_of("")) else topic


def cells_of(record: Record, view: View) -> Cells:
    """Return the cells of one record; a value that its schema does not take is shown as it is."""
    topic = topics.by_name(_contract_name(record.topic))
    if view is _ANY or topic is None:
        return _any(record)
    try:
        return view.cells(topic.schema.model_validate_json(record.value or b""))
    except ValidationError:
        raw = (record.value or b"").decode("utf-8", "backslashreplace")
        return [_time(record.received_at), *[""] * (len(view.columns) - 2), Text(raw, style=QUIET)]


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _entity(event: SentimentEvent) -> Text:
    if event.entity is None:
        return Text("no known entity", style=QUIET)
    ticker = f" {event.entity.ticker}" if event.entity.ticker else ""
    return Text.assemble((event.entity.name, "bold"), (ticker, QUIET))


def _words(event: SentimentEvent) -> Text:
    return Text(event.unscored, style=QUIET) if event.unscored else words(event.evidence, _MOST_WORDS)


def _sentiment(event: SentimentEvent) -> Cells:
    topic = event.topic.label if event.topic else ""
    novelty = f"{event.novelty:.2f}"
    return [_time(event.published_at), _entity(event), polarity_bar(event.polarity), novelty, topic, _words(event)]


def _document(document: Document) -> Cells:
    text = " ".join((document.title or document.body or "").split())
    return [_time(document.published_at), document.source or "", text]


def dead_letter_cells(letter: DeadLetter) -> Cells:
    """Return the cells of a dead letter."""
    return [_time(letter.occurred_at), str(Place.of(letter)), letter.error_kind, letter.field or "", letter.message]


def _risk(event: RiskEvent) -> Cells:
    return [_time(event.published_at), event.exposed.name, direction(event), chances(event), event.explanation]


def _rollup(rollup: Rollup) -> Cells:
    ticker = f" {rollup.entity.ticker}" if rollup.entity.ticker else ""
    name = Text.assemble((rollup.entity.name, "bold"), (ticker, QUIET))
    window = Text(rollup.window, style="" if rollup.closed else QUIET)
    momentum = "" if rollup.momentum is None else f"{rollup.momentum:+.2f}"
    buzz = "" if rollup.buzz is None else f"{rollup.buzz:.1f}"
    labels = " · ".join(topic.label for topic in rollup.topics)
    polarity = polarity_bar(rollup.credible_polarity)
    return [_time(rollup.start), window, name, str(rollup.documents), polarity, momentum, buzz, labels]


def _alert(alert: Alert) -> Cells:
    count = f"{alert.digest.count} events" if alert.digest else ""
    return [_time(alert.published_at), alert.subscription, count, alert.reason]


def _any(record: Record) -> Cells:
    key = (record.key or b"").decode("utf-8", "backslashreplace")
    value = "(tombstone)" if record.value is None else record.value.decode("utf-8", "backslashreplace")
    return [_time(record.received_at), key, value]


_DOCUMENTS = View([Column("published", _TIME_WIDTH), Column("source", 18), Column("text")], _document)
_ANY = View([Column("received", _TIME_WIDTH), Column("key", 24), Column("value")], _any)
_VIEWS: Mapping[str, View] = {
    topics.NEWS.name: _DOCUMENTS,
    topics.SOCIAL.name: _DOCUMENTS,
    topics.SENTIMENT.name: View(
        [
            Column("published", _TIME_WIDTH),
            Column("entity", share=3),
            Column("polarity", POLARITY_WIDTH),
            Column("new", 4),
            Column("topic", share=2),
            Column("words", share=4),
        ],
        _sentiment,
    ),
    topics.RISK.name: View(
        [
            Column("published", _TIME_WIDTH),
            Column("exposed", 24),
            Column("direction", 10),
            Column("chance", 13),
            Column("explanation"),
        ],
        _risk,
    ),
    topics.ROLLUPS.name: View(
        [
            Column("from", _TIME_WIDTH),
            Column("for", 3),
            Column("entity", share=3),
            Column("docs", 5),
            Column("polarity", POLARITY_WIDTH),
            Column("moves", 5),
            Column("buzz", 6),
            Column("topics", share=3),
        ],
        _rollup,
    ),
    topics.ALERTS.name: View(
        [Column("published", _TIME_WIDTH), Column("subscription", 20), Column("digest", 11), Column("reason")], _alert
    ),
    topics.DEAD_LETTERS.name: View(
        [
            Column("when", _TIME_WIDTH),
            Column("record", 24),
            Column("kind", 17),
            Column("field", 14),
            Column("message"),
        ],
        dead_letter_cells,
    ),
}
