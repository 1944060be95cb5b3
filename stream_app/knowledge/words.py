"""Which words are ordinary ones, so that a name or ticker spelt like them needs more than its spelling."""

from __future__ import annotations

from functools import cache
from importlib import resources


def is_common_word(word: str) -> bool:
    """Whether the word, in small letters, is an ordinary English word, an abbreviation of other things or a place."""
    return word.lower() in _common_words()


@cache
def _common_words() -> frozenset[str]:
    folder = resources.files("stream_app.knowledge").joinpath("data")
    lists = (folder.joinpath(name).read_text("utf-8") for name in ("common_words.txt", "other_meanings.txt"))
    lines = (line for text in lists for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())
