"""Which words moved a score: the model's weights of tokens, gathered into words of the title and the body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.encoding import EncodedDocument, EncodedRow
from stream_app.pipeline.scores import EvidenceSpan
from stream_app.pipeline.scripts import UNSPACED
from stream_app.pipeline.told import told_of
from stream_app.pipeline.windows import spans_within

MOST_WORDS = 5
"""Words that are shown of one score."""

_WORD = re.compile(r"[$€£#@]?\w+(?:['.&-]\w+|,\d+)*%?")
_SPACES = re.compile(r"\s+")
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

Asked = tuple[Sequence[WeightedRow], int | None]
"""The rows behind a score, and the entity that it is of; None for the document's."""


class WordEvidence:
    """The words of one document, to which the evidence of its rows is added up."""

    def __init__(self, encoded: EncodedDocument) -> None:
        self._text = encoded.text
        self._entities = encoded.linked.entities
        spans = [match.span() for match in _WORD.finditer(self._text.text)]
        if encoded.unspaced:
            spans = list(_without_spaces(encoded, spans))
        self._starts, self._ends = [start for start, _ in spans], [end for _, end in spans]
        said = (self._text.text[start:end].lower() for start, end in spans)
        self._telling = np.array([word not in _STOP_WORDS for word in said], dtype=bool)
        self._of_rows: dict[int, tuple[NDArray[np.intp], NDArray[np.intp]]] = {}

    def strongest(self, asked: Sequence[Asked]) -> list[tuple[EvidenceSpan, ...]]:
        """Return for each score the words that pulled hardest, hardest first.

        A weight is the word's share of all the pull of all the words, negative or positive: the absolute weights of
        all of a document's words add up to 1. Stop words are not shown, nor is the name of the entity itself.
        """
        pulls = np.array([self._pull(rows) for rows, _ in asked])
        totals = np.abs(pulls).sum(axis=1, keepdims=True)
        shares = np.divide(pulls, totals, out=np.zeros_like(pulls), where=totals > 0)
        shown = np.where([self._shown(entity) for _, entity in asked], shares, 0.0)
        order = np.argsort(-np.abs(shown), axis=1, kind="stable")[:, :MOST_WORDS].tolist()
        return [
            tuple(self._span(word, weights[word]) for word in words if weights[word])
            for words, weights in zip(order, shown.tolist(), strict=True)
        ]

    def _pull(self, rows: Sequence[WeightedRow]) -> NDArray[np.float64]:
        """Return the signed sum of the evidence of each word's tokens; punctuation and special tokens count nowhere."""
        pull = np.zeros(len(self._starts))
        for row, evidence, weight in rows if self._starts else ():
            inside, words = self._words_of(row)
            pull += np.bincount(words, weight * evidence[inside].astype(np.float64), len(pull))
        return pull

    def _words_of(self, row: EncodedRow) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return which of the row's tokens stand in words, and in which; the same for every score of the document."""
        if (known := self._of_rows.get(id(row))) is not None:
            return known
        starts, ends = own_spans(self._text.text, row)
        told = row.token_spans[1:-1, 0] == row.token_spans[1:-1, 1]
        for place in told.nonzero()[0] + 1:  # what rules tell is shown at the word they read
            if (shown := self._told.get(int(row.token_spans[place, 0]))) is not None:
                starts[place], ends[place] = shown, shown + 1
        word = np.searchsorted(self._starts, starts, side="right") - 1
        inside = ((word >= 0) & (starts < ends) & (starts < np.array(self._ends)[word])).nonzero()[0]
        return self._of_rows.setdefault(id(row), (inside, word[inside]))

    @cached_property
    def _told(self) -> dict[int, int]:
        return {one.at: one.shown for one in told_of(self._text.text)}

    def _shown(self, entity: int | None) -> NDArray[np.bool_]:
        if entity is None:
            return self._telling
        shown = self._telling.copy()
        places = self._text.places(self._entities[entity].mentions)
        for first, last in spans_within(self._starts, self._ends, places):
            shown[first:last] = False
        return shown

    def _span(self, word: int, weight: float) -> EvidenceSpan:
        start, end = self._starts[word], self._ends[word]
        field, at = self._text.field_of(start)
        return EvidenceSpan(field, at, at + end - start, weight)


def own_spans(text: str, row: EncodedRow) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return where the characters of each of the row's tokens begin and end; nowhere for the mark of a space alone.

    A piece of a unigram vocabulary may hold the space before it. A text's first one may be the mark of a space that the
    text has not; then it shares the next one's first character.
    """
    starts, ends = row.token_spans.T.copy()
    spaces = np.array([match.span() for match in _SPACES.finditer(text)], dtype=np.int32).reshape(-1, 2)
    if len(spaces):
        before = np.searchsorted(spaces[:, 0], starts, side="right") - 1
        over = np.where(before >= 0, spaces[before, 1], 0)
        starts = np.clip(starts, np.minimum(over, ends), None)
    if starts[1] == starts[2] < ends[2]:
        ends[1] = starts[1]
    return starts, ends


def _without_spaces(encoded: EncodedDocument, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans, but each run of a script without spaces as the tokens that the network reads in it."""
    tokens = [np.stack(own_spans(encoded.text.text, row)) for row in encoded.rows]
    edges = np.unique(np.concatenate([one[:, one[0] < one[1]].ravel() for one in tokens] or [np.empty(0, np.int32)]))
    for start, end in spans:
        runs = [run.span() for run in _UNSPACED.finditer(encoded.text.text, start, end)]
        cuts = {start, end, *(edge for run in runs for edge in run)}
        for first, last in runs:
            cuts |= set(edges[np.searchsorted(edges, first) : np.searchsorted(edges, last)].tolist())
        yield from pairwise(sorted(cuts))
