"""The public training sets as one kind of example: a text with whichever labels its set gives it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from stream_app.errors import DataError
from stream_app.pipeline.tensors import LABELS, MENTION_SLOTS
from stream_app.training.salience import names_beside

SENTFIN = Path("entity_sentiment/sentfin.train.jsonl")
TFNS = Path("sentiment/tfns.train.jsonl")
TOPIC = Path("topic/tfn_topic.train.jsonl")
HEADLINES = "sentfin"
"""Name of the set of headlines."""

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


def load_examples(data: Path) -> list[Example]:
    """Return the examples of the English sets under `data`; `DataError` where one is missing or damaged."""
    readers: tuple[tuple[Path, Callable[[dict[str, object]], Example]], ...] = (
        (SENTFIN, _from_sentfin),
        (TFNS, _from_tfns),
        (TOPIC, _from_topic),
    )
    return [example for path, reader in readers for example in _read(data / path, reader)]


def _read(path: Path, reader: Callable[[dict[str, object]], Example]) -> Iterator[Example]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(
            f"training set {path} cannot be read ({error.strerror}); give its folder with --data"
        ) from error
    for number, line in enumerate(lines, start=1):
        try:
            yield reader(orjson.loads(line))
        except (KeyError, ValueError, TypeError) as error:
            raise DataError(f"{path} line {number} is not an example ({error!r}); mend or remove the line") from error


def _from_sentfin(row: dict[str, object]) -> Example:
    text = str(row["text"])
    labelled = [
        Mention(start=one["start"], end=one["end"], label=LABELS.index(one["label"]), salient=True)
        for one in row["entities"]  # type: ignore[attr-defined]
    ][:MENTION_SLOTS]
    beside = [Mention(start, end, None, salient=False) for start, end in names_beside(text, labelled)]
    labels = {mention.label for mention in labelled}
    return Example(
        set_name=HEADLINES,
        text=text,
        source_kind="news",
        document=labels.pop() if len(labels) == 1 else None,
        weak=True,
        mentions=tuple((labelled + beside)[:MENTION_SLOTS]),
    )


def _from_tfns(row: dict[str, object]) -> Example:
    text = html.unescape(str(row["text"]))
    label = LABELS.index(row["label"])
    return Example("tfns", text, "social", document=label, mentions=_cashtags(text, label))


def _from_topic(row: dict[str, object]) -> Example:
    text = html.unescape(str(row["text"]))
    return Example("tfn_topic", text, "social", topic=str(row["topic"]), mentions=_cashtags(text, None))


def _cashtags(text: str, label: int | None) -> tuple[Mention, ...]:
    """Return the tickers that a short text is tagged with; a single one takes the text's label as a weak one."""
    found = [match.span() for match in _CASHTAG.finditer(text)]
    if not 0 < len(found) <= _MOST_CASHTAGS:
        return ()
    alone = label if len(found) == 1 else None
    return tuple(Mention(start, end, alone, salient=True, weak=True) for start, end in found)
