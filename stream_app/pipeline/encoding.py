"""Linked documents to the rows that the fusion model reads: tokens, mention spans and features.

A short document is one row. A longer one is a row for each window, and a window that names more entities than a row
has slots is repeated. Whatever becomes of a document follows from itself alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from stream_app.events.document import Author, Engagement
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, TextDocument
from stream_app.pipeline.features import context_features, kg_features
from stream_app.pipeline.model_text import ModelText, model_text
from stream_app.pipeline.rows import ModelRow
from stream_app.pipeline.tensors import KG_FEATURES, MENTION_SLOTS
from stream_app.pipeline.windows import SPECIAL_TOKENS, Tokens, spans_within, windows

MOST_ROWS_OF_WINDOW = 4
"""So at most 32 entities of one window are scored."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """One row with what is needed to read its result.

    `token_spans` `[tokens, 2]` are characters of the model's text, `[0, 0)` for special tokens; `entities` says
    for each mention which of the document's entities it speaks of; `repeats` marks a window that the row before
    has as well.
    """

    row: ModelRow
    token_spans: NDArray[np.int32]
    entities: tuple[int, ...]
    repeats: bool


@dataclass(frozen=True, slots=True)
class EncodedDocument:
    """A document and its rows: none where its text has no word for the model."""

    linked: LinkedDocument
    text: ModelText
    rows: tuple[EncodedRow, ...]


class Encoder:
    """Makes rows with the model's own tokenizer; safe to call from several threads."""

    def __init__(self, tokenizer: str) -> None:
        """`tokenizer` is the content of the model's `tokenizer.json`."""
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # A text that spells a special token, such as `[SEP]`, has written a word.
        self._tokenizer.encode_special_tokens = True
        self._begin, self._end = self._tokenizer.encode("").ids

    def encode(self, documents: Sequence[LinkedDocument]) -> list[EncodedDocument]:
        """Return each document with its rows; one call for many documents is fastest."""
        texts = [model_text(linked.document) for linked in documents]
        encodings = self._tokenizer.encode_batch([text.text for text in texts], add_special_tokens=False)
        return [
            EncodedDocument(linked, text, tuple(self._rows(linked, text, _tokens(encoding))))
            for linked, text, encoding in zip(documents, texts, encodings, strict=True)
        ]

    def _rows(self, linked: LinkedDocument, text: ModelText, tokens: Tokens) -> Iterator[EncodedRow]:
        ranges = windows(tokens, text.text)
        if not ranges:
            return
        edges = tokens.spans[:, 0].tolist(), tokens.spans[:, 1].tolist()
        located = [_located(entity, text, edges=edges, lead=ranges[0]) for entity in linked.entities]
        knowledge = [kg_features(entity.entity, entity.confidence) for entity in linked.entities]
        context = _context(linked.document)
        for window in ranges:
            input_ids, token_spans = self._framed(tokens, window)
            slots = _slots(located, window)
            for start in range(0, max(len(slots), 1), MENTION_SLOTS):
                chosen = slots[start : start + MENTION_SLOTS]
                row = ModelRow(
                    input_ids=input_ids,
                    mention_spans=np.array([span for _, span in chosen], dtype=np.int32).reshape(-1, 2),
                    kg_features=np.array([knowledge[entity] for entity, _ in chosen], np.float32).reshape(
                        -1, KG_FEATURES
                    ),
                    context_features=context,
                )
                yield EncodedRow(row, token_spans, tuple(entity for entity, _ in chosen), repeats=start > 0)

    def _framed(self, tokens: Tokens, window: Span) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the window's ids and character spans with a special token before and after."""
        begin, end = window
        input_ids = np.empty(end - begin + SPECIAL_TOKENS, dtype=np.int32)
        input_ids[0], input_ids[1:-1], input_ids[-1] = self._begin, tokens.ids[begin:end], self._end
        token_spans = np.zeros((len(input_ids), 2), dtype=np.int32)
        token_spans[1:-1] = tokens.spans[begin:end]
        return input_ids, token_spans


def _tokens(encoding: Encoding) -> Tokens:
    return Tokens(np.array(encoding.ids, dtype=np.int32), np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2))


def _context(document: TextDocument) -> NDArray[np.float32]:
    author, engagement = document.author or Author(), document.engagement or Engagement()
    return context_features(
        document.source_kind,
        followers=author.followers,
        likes=engagement.likes,
        reposts=engagement.reposts,
        replies=engagement.replies,
    )


def _located(
    entity: LinkedEntity, text: ModelText, *, edges: tuple[Sequence[int], Sequence[int]], lead: Span
) -> list[Span]:
    """Return the token ranges of the entity's mentions; `edges` are where the tokens begin and where they end.

    One that no token shows (named by `symbols` alone, or by signs that the model does not read) is taken to be
    what the first window is about.
    """
    places = text.places(entity.mentions)
    shown = [(first, last) for first, last in spans_within(*edges, places) if first < last]
    unread = any(start >= len(text.text) for start, _ in places)
    return shown or ([] if unread else [lead])


def _slots(located: Sequence[Sequence[Span]], window: Span) -> list[tuple[int, Span]]:
    """Return `(entity, token span within the row)` for the window's slots.

    Every entity's first mention comes before anybody's second, so that a row is added for entities only, never for
    further mentions of the same ones.
    """
    begin, end = window
    inside = [
        [(entity, (first - begin + 1, min(last, end) - begin + 1)) for first, last in spans if begin <= first < end]
        for entity, spans in enumerate(located)
    ]
    rows = min(-(-sum(map(bool, inside)) // MENTION_SLOTS), MOST_ROWS_OF_WINDOW)
    rounds = chain.from_iterable(zip_longest(*inside))
    return [slot for slot in rounds if slot is not None][: rows * MENTION_SLOTS]
