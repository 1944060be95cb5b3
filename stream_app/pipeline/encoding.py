"""Linked documents to the rows that the fusion model reads: tokens, mention spans and features.

The document's language chooses the network that reads it, and with it the tokenizer. A short document is one row. A
longer one is a row for each window, and a window that names more entities than a row has slots is repeated. Whatever
becomes of a document follows from itself alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from stream_app.events.document import Author, Engagement
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, TextDocument
from stream_app.pipeline.features import context_features, kg_features
from stream_app.pipeline.language import language_of
from stream_app.pipeline.model_text import ModelText, model_text
from stream_app.pipeline.rows import ModelRow
from stream_app.pipeline.tensors import KG_FEATURES, MENTION_SLOTS
from stream_app.pipeline.vocabulary import FurtherNetwork, Vocabulary
from stream_app.pipeline.windows import Tokens, spans_within, windows

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
    """A document and its rows: none where its text has no word for the model.

    `unspaced`: its network reads languages without spaces, so the tokens of such a script are its words.
    """

    linked: LinkedDocument
    text: ModelText
    rows: tuple[EncodedRow, ...]
    unspaced: bool = False


class Encoder:
    """Makes rows with the networks' own tokenizers; safe to call from several threads."""

    def __init__(self, tokenizer: str, further: Sequence[FurtherNetwork] = ()) -> None:
        """`tokenizer` is the content of the main network's `tokenizer.json`."""
        self._main = Vocabulary(tokenizer)
        self._further: dict[str, Callable[[], Vocabulary]] = {}
        for one in further:
            # Made when its first document comes.
            vocabulary = partial(Vocabulary, one.tokenizer, first_id=one.first_id, languages=one.languages)
            self._further |= dict.fromkeys(one.languages, cache(vocabulary))

    def encode(self, documents: Sequence[LinkedDocument]) -> list[EncodedDocument]:
        """Return each document with its rows; one call for many documents is fastest."""
        texts = [model_text(linked.document) for linked in documents]
        vocabularies = [self._vocabulary(linked) for linked in documents]
        tokens: dict[int, Tokens] = {}
        for vocabulary in dict.fromkeys(vocabularies):
            places = [place for place, one in enumerate(vocabularies) if one is vocabulary]
            tokens |= zip(places, vocabulary.tokens([texts[place].text for place in places]), strict=True)
        return [
            _encoded(linked, text, tokens=tokens[place], vocabulary=vocabulary)
            for place, (linked, text, vocabulary) in enumerate(zip(documents, texts, vocabularies, strict=True))
        ]

    def _vocabulary(self, linked: LinkedDocument) -> Vocabulary:
        """Return that of the network for the document's language, the main one where none is."""
        further = self._further.get(language_of(linked)) if self._further else None
        return further() if further else self._main


def _encoded(linked: LinkedDocument, text: ModelText, *, tokens: Tokens, vocabulary: Vocabulary) -> EncodedDocument:
    rows = tuple(_rows(linked, text, tokens=tokens, vocabulary=vocabulary))
    return EncodedDocument(linked, text, rows, vocabulary.unspaced)


def _rows(linked: LinkedDocument, text: ModelText, *, tokens: Tokens, vocabulary: Vocabulary) -> Iterator[EncodedRow]:
    ranges = windows(tokens, text.text)
    if not ranges:
        return
    edges = tokens.spans[:, 0].tolist(), tokens.spans[:, 1].tolist()
    located = [_located(entity, text, edges=edges, lead=ranges[0]) for entity in linked.entities]
    knowledge = [kg_features(entity.entity, entity.confidence) for entity in linked.entities]
    context = _context(linked.document)
    for window in ranges:
        input_ids, token_spans = vocabulary.framed(tokens, window)
        slots = _slots(located, window)
        for start in range(0, max(len(slots), 1), MENTION_SLOTS):
            chosen = slots[start : start + MENTION_SLOTS]
            row = ModelRow(
                input_ids=input_ids,
                mention_spans=np.array([span for _, span in chosen], dtype=np.int32).reshape(-1, 2),
                kg_features=np.array([knowledge[entity] for entity, _ in chosen], np.float32).reshape(-1, KG_FEATURES),
                context_features=context,
            )
            yield EncodedRow(row, token_spans, tuple(entity for entity, _ in chosen), repeats=start > 0)


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
