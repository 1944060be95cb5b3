"""What is said of a text, for people: its words in the colours of what they did, and its entities as a table."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stream_app.cli.output import QUIET, Column, ScrollingTable, polarity_bar, polarity_style
from stream_app.cli.risks import risk_list
from stream_app.events.sentiment_event import Evidence, Probabilities
from stream_app.events.verdict import EntityVerdict, Verdict
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.documents import TEXTS, TextDocument
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.scores import DocumentScores, EvidenceSpan

_MOST_WORDS = 4
_STRONG = 0.5
_SHOWN_IN_IMAGE = "in its images: "
LINES = (Column("line", 6), Column("sentiment", 14), Column("topic", share=1), Column("entities", share=3))


def print_verdict(console: Console, scored: Scored, verdict: Verdict) -> None:
    """Print one text with all that is said of it."""
    evidence = scored.scores.evidence if isinstance(scored.scores, DocumentScores) else ()
    for text in _coloured(scored.linked.document, evidence):
        console.print(text, soft_wrap=True)
    console.print()
    console.print(_summary(verdict))
    if verdict.entities:
        console.print()
        console.print(_entities(verdict.entities))
    if verdict.risks:
        console.print()
        console.print(risk_list(verdict.risks))


def _coloured(document: TextDocument, evidence: Iterable[EvidenceSpan]) -> Iterable[Text]:
    spans = list(evidence)
    strongest = max((abs(span.weight) for span in spans), default=0.0)
    for field in TEXTS:
        text = Text(document.text_of(field))
        for span in spans:
            if span.field == field:
                weight = "bold " if abs(span.weight) >= _STRONG * strongest else ""
                text.stylize(weight + polarity_style(span.weight), span.start, span.end)
        if text:
            yield Text.assemble((_SHOWN_IN_IMAGE, QUIET), text) if field == "media" else text
    for medium in document.media_read:
        if medium.unread:
            yield Text(f"{medium.kind:.40} not read: {medium.unread}", style=QUIET)


def _summary(verdict: Verdict) -> Text:
    whole, topic = verdict.document_sentiment, verdict.topic
    if whole is None or topic is None:
        return Text(f"not scored: {verdict.unscored}", style=QUIET)
    polarity = whole.probabilities.positive - whole.probabilities.negative
    risk = verdict.risk_type
    return Text.assemble(
        (whole.label, f"bold {polarity_style(polarity)}"),
        f" {dict(whole.probabilities)[whole.label]:.2f}, topic {topic.label} ({topic.probability:.2f})",
        f", risk {risk.type} ({risk.probability:.2f})" if risk else "",
    )


def _shares(probabilities: Probabilities) -> str:
    return " ".join(f"{100 * share:2.0f}" for _, share in probabilities)


def _entities(entities: Iterable[EntityVerdict]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("entity", overflow="fold", ratio=2)
    for name in ("polarity", "− = + %", "relevance", "link"):
        table.add_column(name, no_wrap=True)
    table.add_column("words", overflow="fold", ratio=3)
    for one in entities:
        table.add_row(
            _name(one),
            polarity_bar(one.polarity),
            _shares(one.probabilities) if one.probabilities else "",
            _number(one.relevance),
            _number(one.link_confidence),
            words(one.evidence) if one.unscored is None else Text(one.unscored, style=QUIET),
        )
    return table


def _name(one: EntityVerdict) -> Text:
    if one.entity is None:
        return Text.assemble((one.mentions[0].text, "bold"), (" not known", QUIET))
    ticker = f" {one.entity.ticker}" if one.entity.ticker else ""
    return Text.assemble((one.entity.name, "bold"), (ticker, QUIET))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def words(evidence: Iterable[Evidence], most: int = _MOST_WORDS) -> Text:
    """Return the words that moved a score most, coloured by their direction."""
    strongest = sorted(evidence, key=lambda word: -abs(word.weight))[:most]
    return Text(" · ").join(Text(word.text, style=polarity_style(word.weight)) for word in strongest)


def print_line(table: ScrollingTable, number: int, verdict: Verdict | Rejection) -> None:
    """Print one line of a file as one row."""
    if isinstance(verdict, Rejection):
        table.add(str(number), Text(verdict.kind, style=QUIET), "", Text(verdict.message, style=QUIET))
        return
    whole = verdict.document_sentiment
    sentiment = Text(f"{whole.label} {dict(whole.probabilities)[whole.label]:.2f}") if whole else Text("not scored")
    entities = Text(", ").join(_short(one) for one in verdict.entities)
    table.add(str(number), sentiment, verdict.topic.label if verdict.topic else "", entities)


def _short(one: EntityVerdict) -> Text:
    name = one.entity.name if one.entity else one.mentions[0].text
    polarity = "" if one.polarity is None else f" {one.polarity:+.2f}"
    return Text(f"{name}{polarity}", style=polarity_style(one.polarity))
