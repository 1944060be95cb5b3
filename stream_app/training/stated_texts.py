"""Texts written for this project that tell of each name what they state of it, and teach the head on statements.

`data/stated_*.jsonl` has one a line, `{"text": "[[Acme|company|stated_down]] shuts its mill"}`: a mark tells the kind
of the entity and one of `STATEMENTS`. `data/README.md` tells how they came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray
from tokenizers import Tokenizer

from stream_app.events.entity import EntityKind
from stream_app.pipeline.features import kind_features
from stream_app.pipeline.tensors import MENTION_SLOTS, STATEMENTS
from stream_app.pipeline.text import normalise_for_model
from stream_app.pipeline.vocabulary import read_texts
from stream_app.training.batches import token_span
from stream_app.training.split import is_dev
from stream_app.training.written import DATA

UNSEEN_STATEMENTS = DATA / "unseen_statements.jsonl"
"""Texts that were written to be judged by alone."""

_MARK = re.compile(r"\[\[([^|\]]+)\|([a-z_]+)\|([a-z_]+)\]\]")


@dataclass(frozen=True, slots=True)
class StatedName:
    """A name: the characters [start, end) of the text, its kind, and an index into `STATEMENTS`."""

    start: int
    end: int
    kind: EntityKind
    label: int


@dataclass(frozen=True, slots=True)
class StatedText:
    """A text without its marks, and what was marked in it."""

    text: str
    names: tuple[StatedName, ...]


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A text as the model reads it: `ids` `[T]`, `spans` `[names, 2]` of tokens, `kg` `[names, KG_FEATURES]`."""

    text: str
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    kg: NDArray[np.float32]
    labels: NDArray[np.int64]


def stated_files(folder: Path = DATA) -> list[Path]:
    """Return the files, one for each theme, in order."""
    return sorted(folder.glob("stated_*.jsonl"))


@cache
def stated_texts(folder: Path = DATA, *, held_out: bool) -> tuple[StatedText, ...]:
    """Return what is trained on, or the tenth that is held out by the text, as of any set."""
    return tuple(one for path in stated_files(folder) for one in read_stated(path) if is_dev(one.text) is held_out)


def read_stated(path: Path) -> Iterator[StatedText]:
    """Yield the texts of a file; ValueError for a kind or a statement that there is not."""
    for line in path.read_bytes().splitlines():
        yield _unmarked(orjson.loads(line)["text"])


def _unmarked(text: str) -> StatedText:
    plain, names, at = "", [], 0
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        label = STATEMENTS.index(mark[3])
        names.append(StatedName(len(plain), len(plain) + len(mark[1]), EntityKind(mark[2]), label))
        plain, at = plain + mark[1], mark.end()
    return StatedText(plain + text[at:], tuple(names[:MENTION_SLOTS]))


def rows_of(tokenizer: Tokenizer, texts: Sequence[StatedText]) -> list[StatedRow]:
    """Return the texts as serving would read them, each name linked to an entity of its kind."""
    read = read_texts(tokenizer, [normalise_for_model(one.text) for one in texts])
    return [
        StatedRow(
            text=one.text,
            ids=tokens.ids,
            spans=np.array([token_span(tokens.spans, name.start, name.end) for name in one.names], np.int32),
            kg=np.stack([kind_features(name.kind) for name in one.names]),
            labels=np.array([name.label for name in one.names]),
        )
        for one, tokens in zip(texts, read, strict=True)
        if one.names
    ]
