"""Texts that were written for this project, with their labels: kinds of text that the public sets lack.

Company reports, traders' posts, terse headlines, market and company reports that name several, and soberly told events.
`data/written_*.jsonl` has one a line: `{"text": "[[Acme|negative]] shuts its mill", "label": "negative"}`, where marks
say how a name is spoken of and `label` how the whole is meant; `data/README.md` tells how they came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from stream_app.pipeline.tensors import LABELS, MENTION_SLOTS
from stream_app.training.examples import Example, Mention
from stream_app.training.split import is_dev

SET_NAME = "written"
DATA = Path(__file__).parent / "data"

_CASHTAG = re.compile(r"\$[A-Za-z]")
_MARK = re.compile(r"\[\[([^|\]]+)\|([a-z]+)\]\]")


def written_files() -> list[Path]:
    """Return the files, one for each kind of text, in order."""
    return sorted(DATA.glob("written_*.jsonl"))


def written() -> tuple[Example, ...]:
    """Return all that may be trained on: a tenth is held out by the text, as of any set."""
    return tuple(one for path in written_files() for one in read_written(path) if not is_dev(one.text))


def read_written(path: Path) -> Iterator[Example]:
    """Yield the texts of a file, with a cashtag as posts; ValueError where a label is none of `LABELS`."""
    for line in path.read_bytes().splitlines():
        row = orjson.loads(line)
        text, marks = _unmarked(row["text"])
        salient = [label != "neutral" or len(marks) == 1 for _, _, label in marks]
        named = tuple(
            Mention(start, end, LABELS.index(label), salient=is_salient)
            for (start, end, label), is_salient in zip(marks, salient, strict=True)
        )
        kind = "social" if _CASHTAG.search(text) else "news"
        yield Example(SET_NAME, text, kind, document=LABELS.index(row["label"]), mentions=named[:MENTION_SLOTS])


def _unmarked(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return the text without marks, and where the marked names stand in it, with their labels."""
    plain, marks, at = "", [], 0
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        marks.append((len(plain), len(plain) + len(mark[1]), mark[2]))
        plain, at = plain + mark[1], mark.end()
    return plain + text[at:], marks
