"""A network's tokenizer: texts to ids at the network's own place in the version's one space of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from stream_app.pipeline.told import Sense, ids_of, told_of
from stream_app.pipeline.windows import SPECIAL_TOKENS, Tokens

UNSPACED_LANGUAGES = frozenset({"zh", "yue", "ja", "th"})
"""Written without spaces between words, so that a tokenizer's pieces are the only words there are."""

_UNKNOWN_PIECE = "<unk>"


@dataclass(frozen=True, slots=True)
class FurtherNetwork:
    """What tells which documents a further network reads, and how: `tokenizer` is its `tokenizer.json`."""

    languages: frozenset[str]
    tokenizer: str
    first_id: int


class Vocabulary:
    """One network's tokenizer; safe to use from several threads."""

    def __init__(self, tokenizer: str, *, first_id: int = 0, languages: frozenset[str] = frozenset()) -> None:
        """`tokenizer` is the content of the network's `tokenizer.json`."""
        self._tokenizer, self._first_id = Tokenizer.from_str(tokenizer), first_id
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # A text that spells a special token, such as `[SEP]`, has written a word.
        self._tokenizer.encode_special_tokens = True
        begin, *_, end = self._tokenizer.encode("").ids
        self._frame = begin + first_id, end + first_id
        # A unigram vocabulary has its special tokens among its pieces.
        self._unknown: int | None = self._tokenizer.token_to_id(_UNKNOWN_PIECE)
        self.unspaced = not languages.isdisjoint(UNSPACED_LANGUAGES)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, without special ones; one call for many texts is fastest."""
        return [self._own(one) for one in read_texts(self._tokenizer, texts, framed=False)]

    def _own(self, tokens: Tokens) -> Tokens:
        ids = tokens.ids + np.int32(self._first_id)
        if self._unknown is not None:
            ids[np.isin(ids, self._frame)] = self._unknown + self._first_id
        return Tokens(ids, tokens.spans)

    def framed(self, tokens: Tokens, window: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the window's ids and character spans with a special token before and after."""
        begin, end = window
        input_ids = np.empty(end - begin + SPECIAL_TOKENS, dtype=np.int32)
        (input_ids[0], input_ids[-1]), input_ids[1:-1] = self._frame, tokens.ids[begin:end]
        token_spans = np.zeros((len(input_ids), 2), dtype=np.int32)
        token_spans[1:-1] = tokens.spans[begin:end]
        return input_ids, token_spans


def read_texts(tokenizer: Tokenizer, texts: Sequence[str], *, framed: bool = True) -> list[Tokens]:
    """Return the tokens of each text, with special ones around them if `framed`; one call for many is fastest.

    Where rules have something to tell (`pipeline/told.py`) stands the token of a word more, if the vocabulary has it.
    It has no characters of its own: its span is empty, and lies where it stands. A tokenizer that cuts texts cuts them
    with such words among them.
    """
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=framed)
    plain = [_plain(one) for one in encodings]
    words, limit = ids_of(tokenizer.token_to_id), (tokenizer.truncation or {}).get("max_length")
    return [_cut(_with_told(tokens, text, words), limit) for tokens, text in zip(plain, texts, strict=True)]


def _plain(encoding: Encoding) -> Tokens:
    return Tokens(np.array(encoding.ids, dtype=np.int32), np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2))


def _with_told(tokens: Tokens, text: str, words: Mapping[Sense, int]) -> Tokens:
    """Return the tokens with what is told among them, but for what belongs to a part of the text that was cut off."""
    ends = tokens.spans[:, 1]
    told = [one for one in told_of(text) if one.sense in words and one.at <= ends.max(initial=0)] if words else []
    if not told:
        return tokens
    first = int(ends[0] == 0)  # behind the special token, where there is one
    places = [int(((ends > 0) & (ends <= one.at)).nonzero()[0].max(initial=first - 1)) + 1 for one in told]
    ids = np.insert(tokens.ids, places, [words[one.sense] for one in told])
    return Tokens(ids, np.insert(tokens.spans, places, [[one.at, one.at] for one in told], axis=0))


def _cut(tokens: Tokens, limit: int | None) -> Tokens:
    """Return at most so many tokens; the special token at the end, where there is one, stays."""
    if limit is None or len(tokens) <= limit:
        return tokens
    kept = np.arange(limit)
    if tokens.spans[-1, 1] == 0:
        kept[-1] = len(tokens) - 1
    return Tokens(tokens.ids[kept], tokens.spans[kept])
