"""What words are: ordinary ones, which make a name doubtful, and those that play a part beside or inside names."""

from __future__ import annotations

from functools import cache
from importlib import resources


def is_common_word(word: str) -> bool:
    """Whether the word, in small letters, is an ordinary English word, an abbreviation of other things or a place."""
    return word.lower() in _common_words()


def is_english_word(word: str) -> bool:
    """Whether the word, in small letters, is an ordinary English word: ECB is none, though it is cricket as well."""
    return word.lower() in _words_in("common_words.txt")


@cache
def words_of(role: str) -> frozenset[str]:
    """Return the words that `data/word_roles.txt` lists for the role; KeyError where it lists none."""
    lines = [line.partition(": ") for line in _lines("word_roles.txt")]
    found = frozenset(word for name, _, words in lines if name == role for word in words.split())
    if not found:
        raise KeyError(role)
    return found


@cache
def _common_words() -> frozenset[str]:
    return _words_in("common_words.txt") | _words_in("other_meanings.txt")


@cache
def _words_in(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line.split())


def _lines(name: str) -> list[str]:
    text = resources.files("stream_app.knowledge").joinpath("data", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
