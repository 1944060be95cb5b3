"""Texts that were written for this project, with their labels: kinds of text that the public sets lack.

Company reports, traders' posts, terse headlines, market and company reports that name several, and soberly told events.
`data/written_*.jsonl` has one a line: `{"text": "[[Acme|negative]] shuts its mill", "label": "negative"}`, where marks
say how a name is spoken of and `label` how the whole is meant; `data/README.md` tells how they came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from stream_app.pipeline.tensors import LABELS, MENTION_SLOTS
from stream_app.training.examples import Example, Mention
from stream_app.training.split import is_dev

SET_NAME = "written"
DATA = Path(__file__).parent / "data"

_NEUTRAL = LABELS.index("neutral")
_CASHTAG = re.compile(r"\$[A-Za-z]")
_MARK = re.compile(r"\[\[([^|\]]+)\|([a-z]+)\]\]")


def written_files(folder: Path = DATA) -> list[Path]:
    """Return the files to be trained on, one for each kind of text, in order."""
    return sorted(folder.glob("written_*.jsonl"))


def written() -> tuple[Example, ...]:
    """Return all that may be trained on: a tenth is held out by the text, as of any set."""
    return tuple(one for path in written_files() for one in read_written(path) if not is_dev(one.text))


def read_written(path: Path) -> Iterator[Example]:
    """Yield the texts of a file, with a cashtag as posts; ValueError where a label is none of `LABELS`."""
    for one in read_marked(path):
        named = tuple(
            Mention(mark.start, mark.end, mark.label, salient=one.is_about(mark)) for mark in one.marks[:MENTION_SLOTS]
        )
        kind = "social" if _CASHTAG.search(one.text) else "news"
        yield Example(SET_NAME, one.text, kind, document=one.label, mentions=named)


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked name: the characters [start, end) of the text, and its label, an index into `LABELS`."""

    start: int
    end: int
    label: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its marks, with its label, and what was marked in it."""

    text: str
    label: int
    marks: tuple[Mark, ...]

    def is_about(self, mark: Mark) -> bool:
        """Tell whether the text is about the name: it says something of it, or names nobody else."""
        return mark.label != _NEUTRAL or len(self.marks) == 1


def read_marked(path: Path) -> Iterator[Marked]:
    """Yield the texts of a file; ValueError where a label is none of `LABELS`."""
    for line in path.read_bytes().splitlines():
        row = orjson.loads(line)
        text, marks = _unmarked(row["text"])
        yield Marked(text, LABELS.index(row["label"]), marks)


def _unmarked(text: str) -> tuple[str, tuple[Mark, ...]]:
    plain, marks, at = "", [], 0
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        marks.append(Mark(len(plain), len(plain) + len(mark[1]), LABELS.index(mark[2])))
        plain, at = plain + mark[1], mark.end()
    return plain + text[at:], tuple(marks)
