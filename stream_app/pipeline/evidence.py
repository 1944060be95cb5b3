"""Which words moved a score: the model's weights of tokens, gathered into words of the title and the body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.encoding import EncodedDocument, EncodedRow
from stream_app.pipeline.scores import EvidenceSpan
from stream_app.pipeline.scripts import UNSPACED
from stream_app.pipeline.windows import spans_within

MOST_WORDS = 5
"""Words that are shown of one score."""

_WORD = re.compile(r"[$€£#@]?\w+(?:['.&-]\w+|,\d+)*%?")
_UNSPACED = re.compile(rf"[{UNSPACED}]+")
# They carry grammar, not news. Negations and “up”, “down”, “over”, “under” are left out of it: they turn a score.
_STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being both but by can could did do does
    each for from had has have he her here him his how i if in into is it it's its just may me might more most my of
    on or other our own s said says shall she should so some such t than that the their them then there these they
    this those through to too us very was we were what when where which while who whom why will with would you
    your 的 了 在 是 和 与 及 或 也 都 就 而 其 这 那 该 将 被 把 对 于 为 以 等 个 之 并 但 从 向 又 已 由
    至""".split()
)

WeightedRow = tuple[EncodedRow, NDArray[np.float32], float]
"""A row, the evidence of its tokens `[tokens]`, and how much the row counts."""


class WordEvidence:
    """The words of one document, to which the evidence of its rows is added up."""

    def __init__(self, encoded: EncodedDocument) -> None:
        self._text = encoded.text
        self._entities = encoded.linked.entities
        spans = [match.span() for match in _WORD.finditer(self._text.text)]
        if encoded.unspaced:
            spans = list(_without_spaces(encoded, spans))
        said = [self._text.text[start:end].lower() for start, end in spans]
        self._words = np.array(spans, dtype=np.int32).reshape(-1, 2)
        self._telling = np.array([word not in _STOP_WORDS for word in said], dtype=bool)
        self._of_rows: dict[int, tuple[NDArray[np.bool_], NDArray[np.intp]]] = {}

    def strongest(self, rows: Iterable[WeightedRow], entity: int | None = None) -> tuple[EvidenceSpan, ...]:
        """Return the words that pulled hardest, hardest first.

        A weight is the word's share of all the pull of all the words, negative or positive: the absolute weights of
        all of a document's words add up to 1. Stop words are not shown, nor is the name of the `entity` itself.
        """
        pull = self._pull(rows)
        total = float(np.abs(pull).sum())
        if not total:
            return ()
        shown = np.where(self._telling & ~self._named(entity), pull / total, 0.0)
        order = np.argsort(-np.abs(shown), kind="stable")[:MOST_WORDS]
        return tuple(self._span(int(word), float(shown[word])) for word in order if shown[word])

    def _pull(self, rows: Iterable[WeightedRow]) -> NDArray[np.float64]:
        """Return the signed sum of the evidence of each word's tokens; punctuation and special tokens count nowhere."""
        pull = np.zeros(len(self._words))
        for row, evidence, weight in rows if len(self._words) else ():
            inside, words = self._words_of(row)
            pull += np.bincount(words, weight * evidence[inside].astype(np.float64), len(pull))
        return pull

    def _words_of(self, row: EncodedRow) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        """Return which of the row's tokens stand in words, and in which; the same for every score of the document."""
        if (known := self._of_rows.get(id(row))) is not None:
            return known
        starts, ends = row.token_spans[:, 0], row.token_spans[:, 1]
        word = np.searchsorted(self._words[:, 0], starts, side="right") - 1
        inside = (word >= 0) & (starts < ends) & (starts < self._words[word, 1])
        return self._of_rows.setdefault(id(row), (inside, word[inside]))

    def _named(self, entity: int | None) -> NDArray[np.bool_]:
        named = np.zeros(len(self._words), dtype=bool)
        if entity is not None:
            places = self._text.places(self._entities[entity].mentions)
            for first, last in spans_within(self._words, places).tolist():
                named[first:last] = True
        return named

    def _span(self, word: int, weight: float) -> EvidenceSpan:
        start, end = self._words[word].tolist()
        field, at = self._text.field_of(start)
        return EvidenceSpan(field, at, at + end - start, weight)


def _without_spaces(encoded: EncodedDocument, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans, but each run of a script without spaces as the tokens that the network reads in it."""
    tokens = [row.token_spans[1:-1].ravel() for row in encoded.rows]
    edges = np.unique(np.concatenate(tokens)) if tokens else np.empty(0, np.int32)
    for start, end in spans:
        runs = [run.span() for run in _UNSPACED.finditer(encoded.text.text, start, end)]
        cuts = {start, end, *(edge for run in runs for edge in run)}
        for first, last in runs:
            cuts |= set(edges[np.searchsorted(edges, first) : np.searchsorted(edges, last)].tolist())
        yield from pairwise(sorted(cuts))
