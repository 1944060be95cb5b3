"""A sentence as pieces: known words and phrases, the entities that it names, and what lies between.

English is read word by word, the longest known phrase first; Chinese by one automaton over all words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import ahocorasick

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.inflection import Form
from stream_app.pipeline.statements.lexicon import Cue, Word, sayings_of, words_of

MOST_PIECES = 160
"""Of one sentence; what lies beyond is not read, so that no text takes long."""

# One alternative for each first character; digits take the separators between them along: linear time.
_TOKEN = re.compile(
    r"(?P<word>n[’']t\b|[^\W\d_]+?(?=n[’']t\b)|[^\W\d_]+)|(?P<number>[$€£¥]?\d++(?:[.,]\d++)*+%?)|(?P<own>[’']s\b)"
    r"|(?P<dash>\s[-–—]++\s|[–—])|(?P<comma>,)|(?P<slash>/)|(?P<and>&)|(?P<stop>[;:()\"“”])|(?P<hyphen>-)"
)
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_SMALL = re.compile(r"\b[A-Za-z]*[a-z]+\b")
_HYPHENED = re.compile(r"-([^\W\d_]+)")
_PARTICLES = frozenset("off up down back over in on".split())
_HAN = re.compile("[\u3400-\u9fff]")
_HAN_STOPS = {
    "，": "comma", ",": "comma", "、": "and", "；": "stop", "：": "stop", ";": "stop", ":": "stop", "（": "stop",
    "）": "stop", "(": "stop", ")": "stop", "/": "slash", "“": "quote", "”": "quote", "。": "stop",
}  # fmt: skip
_COLONS = "\uff1a:"
_PAUSES = "\uff1a:\uff0c,"
_HAN_NUMBER = re.compile(r"\s*[约近超逾达]?[\d.,]+[%％万亿千百多余个]*\s*")
_UNKNOWN = Word()
_NUMBER = Word(cue=Cue("number"))


@dataclass(frozen=True, slots=True)
class Named:
    """Where a sentence names an entity: `who` is the entity's number in the document.

    `dreaded` tells of an indicator that more of it is bad news.
    """

    start: int
    end: int
    who: int
    kind: EntityKind
    dreaded: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `[start, end)` of the text; a word of the lexicon, a name, both (`rate cut`), or neither."""

    start: int
    end: int
    word: Word = _UNKNOWN
    named: Named | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether it is a word that is in no table, and no name."""
        return self.word is _UNKNOWN and self.named is None

    @property
    def cue(self) -> str:
        """What the piece is for the sentence's structure; empty where nothing."""
        return self.word.cue.kind if self.word.cue else ""

    @property
    def grade(self) -> str:
        """How the piece colours what is said; empty where it does not."""
        return self.word.cue.grade if self.word.cue else ""


def pieces_of(text: str, named: Sequence[Named], *, start: int, end: int) -> list[Piece]:
    """Return the pieces of `text[start:end]`, in order; `named` lies in it, in order, none overlapping another."""
    is_han = is_chinese(text, start, end)
    read = _chinese if is_han else _english
    found: list[Piece] = []
    at = start
    for name in named:
        found.extend(read(text, at, name.start))
        found.extend(_of_name(text, name, read))
        at = name.end
        if len(found) > MOST_PIECES:
            return found[:MOST_PIECES]
    found.extend(read(text, at, end))
    if is_han:
        del found[1 : _heading(text, found)]
    return found[:MOST_PIECES]


def _heading(text: str, pieces: Sequence[Piece]) -> int:
    """Return where a Chinese headline begins to tell of the company that it opens with, after a colon or `公告称`.

    It is 1 where it opens otherwise, or with who speaks of others.
    """
    if len(pieces) <= 1 or not pieces[0].named:
        return 1
    says = pieces[1].cue == "says"
    sign = 2 if says else 1
    if sign + 1 >= len(pieces) or text[pieces[sign].start] not in (_PAUSES if says else _COLONS):
        return 1
    return sign + 1 if _speaks_of_nobody(pieces[sign + 1 :]) else 1


def _speaks_of_nobody(pieces: Sequence[Piece]) -> bool:
    """Whether the words up to the next comma name nobody and tell of no opinion."""
    for one in pieces:
        if one.cue in {"comma", "stop"}:
            break
        if one.named or one.cue in {"before", "says"}:
            return False
    return True


def is_chinese(text: str, start: int, end: int) -> bool:
    """Whether there are Han characters in the text."""
    return _HAN.search(text, start, end) is not None


def _of_name(text: str, name: Named, read: object) -> Iterator[Piece]:
    """Yield one piece, or those of an indicator whose name says more, such as `rate cut`: the first is the name."""
    inside: list[Piece] = []
    if name.kind is EntityKind.MACRO_INDICATOR:
        inside = [one for one in read(text, name.start, name.end) if _says_more(one.word)]  # type: ignore[operator]
    if not inside:
        yield Piece(name.start, name.end, _UNKNOWN, name)
        return
    yield Piece(inside[0].start, inside[0].end, inside[0].word, name)
    yield from inside[1:]


def _says_more(word: Word) -> bool:
    """Whether the word tells a quantity or its move; in `housing starts` nothing starts."""
    return bool(word.noun) or (word.verb is not None and word.verb.act == "move")


def _english(text: str, start: int, end: int) -> Iterator[Piece]:
    lexicon, is_loud = _phrases(), _is_loud(text, start, end)
    found = ((m.start(), m.end(), m.lastgroup or "", _plain(m[0])) for m in _TOKEN.finditer(text, start, end))
    tokens = [one for one in found if one[2] != "hyphen"]  # the phrase `sell off` is `sell-off` as well
    at, last = 0, min(len(tokens), MOST_PIECES * 2)
    while at < last:
        begin, finish, group, token = tokens[at]
        at += 1
        if group == "word":
            word = _UNKNOWN
            for phrase, candidate in lexicon.get(token, ()):
                size = len(phrase)
                if not size or _follows(tokens, at, phrase):
                    if candidate.form is Form.BARE and not is_loud and text[begin:finish].isupper():
                        break  # `LEAP engines` do not leap
                    word, at = candidate, at + size
                    finish = tokens[at - 1][1]
                    break
            yield Piece(begin, finish, replace(word, verb=None) if _is_hyphened(text, word, finish) else word)
        elif group == "number":
            yield Piece(begin, finish, _NUMBER)
        else:
            yield Piece(begin, finish, _SIGNS[group])


def _is_hyphened(text: str, word: Word, end: int) -> bool:
    """Whether a verb only says which, as in `slide-out screen`; a `drop-off` drops."""
    rest = _HYPHENED.match(text, end) if word.verb else None
    return rest is not None and rest[1].lower() not in _PARTICLES


def _is_loud(text: str, start: int, end: int) -> bool:
    """Whether most words are in capitals, so that these tell nothing of a word."""
    return len(_CAPITALS.findall(text, start, end)) >= len(_SMALL.findall(text, start, end))


_SIGNS = {kind: Word(cue=Cue(kind)) for kind in ("own", "comma", "slash", "stop", "and")} | {
    "dash": Word(cue=Cue("stop"))
}


def _follows(tokens: Sequence[tuple[int, int, str, str]], at: int, phrase: tuple[str, ...]) -> bool:
    if at + len(phrase) > len(tokens):
        return False
    return all(tokens[at + k][3] == word for k, word in enumerate(phrase))


def _plain(token: str) -> str:
    """Return the token as the lexicon spells it."""
    return token.lower().replace("’", "'")


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], Word]]]:
    """Return for each first word the rests of the phrases that it begins, longest first."""
    found: dict[str, list[tuple[tuple[str, ...], Word]]] = {}
    for text, word in words_of("en").items():
        first, *rest = (match[0] for match in _TOKEN.finditer(text) if match.lastgroup != "hyphen")
        found.setdefault(first, []).append((tuple(rest), word))
    for phrases in found.values():
        phrases.sort(key=lambda pair: -len(pair[0]))
    return found


def _chinese(text: str, start: int, end: int) -> Iterator[Piece]:
    at = start
    for last, word in _automaton().iter_long(text[start:end]):
        size, entry = word
        begin = start + last + 1 - size
        yield from _between(text, at, begin)
        at = begin + size
        yield Piece(begin, at, entry)
    yield from _between(text, at, end)


def _between(text: str, start: int, end: int) -> Iterator[Piece]:
    """Yield one piece for each stretch of unknown characters and one for each sign that parts clauses."""
    begin = start
    for at in range(start, end):
        sign = _HAN_STOPS.get(text[at])
        if sign is None:
            continue
        if begin < at:
            yield _unknown(text, begin, at)
        if sign != "quote":
            yield Piece(at, at + 1, _SIGNS[sign])
        begin = at + 1
    if begin < end:
        yield _unknown(text, begin, end)


def _unknown(text: str, start: int, end: int) -> Piece:
    return Piece(start, end, _NUMBER if _HAN_NUMBER.fullmatch(text, start, end) else _UNKNOWN)


@cache
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for text, word in {**dict.fromkeys(sayings_of("zh"), _UNKNOWN), **words_of("zh")}.items():
        automaton.add_word(text, (len(text), word))
    automaton.make_automaton()
    return automaton
