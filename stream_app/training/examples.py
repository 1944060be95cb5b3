"""The public training sets as one kind of example: a text with whichever labels its set gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from stream_app.pipeline.tensors import LABELS, MENTION_SLOTS
from stream_app.training.packs.labelled import Labelled, read_source
from stream_app.training.packs.pack import Source, load_pack
from stream_app.training.salience import names_beside

HEADLINES = "sentfin"
"""Name of the set of headlines."""

_POSTS, _TOPICS = "tfns", "tfn_topic"
_FINANCE = load_pack("finance")
SETS = (HEADLINES, _POSTS, _TOPICS)
SENTFIN, TFNS, TOPIC = (_FINANCE.source(name).file for name in SETS)

_CASHTAG = re.compile(r"\$[A-Za-z]{1,5}\b")
_MOST_CASHTAGS = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text; `label` indexes `LABELS`, None where nobody labelled it; `salient` see `salience`.

    `weak` marks a label that was derived from the text's label.
    """

    start: int
    end: int
    label: int | None
    salient: bool
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One text of one set; `topic` is a topic's name; `weak` marks a `document` label derived from mentions."""

    set_name: str
    text: str
    source_kind: str
    document: int | None = None
    weak: bool = False
    topic: str | None = None
    mentions: tuple[Mention, ...] = ()


def moved(mentions: Iterable[Mention], by: int, *, after: int = 0) -> tuple[Mention, ...]:
    """Return the mentions, those that begin at `after` or later moved by so many characters."""
    return tuple(
        replace(one, start=one.start + by, end=one.end + by) if one.start >= after else one for one in mentions
    )


def load_examples(data: Path) -> list[Example]:
    """Return the examples of the English sets under `data`; `DataError` where one is missing or damaged."""
    sources = [_FINANCE.source(name) for name in SETS]
    return [_example(one, source) for source in sources for one in read_source(data, source, _FINANCE)]


def _example(row: Labelled, source: Source) -> Example:
    document = LABELS.index(row.classes["document"]) if "document" in row.classes else None
    mentions = [
        Mention(one.start, one.end, LABELS.index(one.label), salient=True) for one in row.spans.get("mention", ())
    ][:MENTION_SLOTS]
    agreed = "agreement" in source.rules
    if agreed:
        labels = {mention.label for mention in mentions}
        document = labels.pop() if len(labels) == 1 else None
    if "bystanders" in source.rules:
        mentions += [Mention(start, end, None, salient=False) for start, end in names_beside(row.text, mentions)]
    if "cashtags" in source.rules:
        mentions += _cashtags(row.text, document)
    return Example(
        set_name=row.source,
        text=row.text,
        source_kind=source.kind,
        document=document,
        weak=agreed,
        topic=row.classes.get("topic"),
        mentions=tuple(mentions[:MENTION_SLOTS]),
    )


def _cashtags(text: str, label: int | None) -> tuple[Mention, ...]:
    """Return the tickers that a short text is tagged with; a single one takes the text's label as a weak one."""
    found = [match.span() for match in _CASHTAG.finditer(text)]
    if not 0 < len(found) <= _MOST_CASHTAGS:
        return ()
    alone = label if len(found) == 1 else None
    return tuple(Mention(start, end, alone, salient=True, weak=True) for start, end in found)
