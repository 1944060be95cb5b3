"""Words that mean something else together than each alone: who strikes a deal is on no strike, who cuts a ribbon opens.

A verb that finds one of the words that turn it (`data/sayings_en.csv`) has the meaning of both from there on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from stream_app.pipeline.statements.inflection import Form
from stream_app.pipeline.statements.lexicon import Saying, natures, sayings_of
from stream_app.pipeline.statements.pieces import Piece

_LONGEST_HEAD, _LONGEST_KEY, _REACH = 5, 5, 7  # pieces
_HAN_REACH = 12  # characters
_HAN_PAUSE = re.compile("[，,；;：:。、]")
_WITHIN = frozenset({"det", "number", "own", "quantifier", "adverb", "plain"})
_ENDS = frozenset({"comma", "stop", "because", "clause_because", "therefore", "while", "when", "if", "that", "and"})
_LEADS = frozenset({"to", "before", "have", "reverse"})
_PREPOSITIONS = frozenset(
    "by off out up on into through to of in back ahead clear level at against behind over down outside apart".split()
)
"""What opens words that follow an object instead of ending it."""
_BEFORE = "<"


def told_together(text: str, pieces: list[Piece], *, is_han: bool) -> list[Piece]:
    """Return the pieces, each verb and the words that turn it with the meaning that they have together."""
    turn = _turned_chinese if is_han else _turned_english
    found, at = list(pieces), 0
    while at < len(found):
        turn(text, found, at)
        at += 1
    return found


def _turned_english(text: str, pieces: list[Piece], at: int) -> None:
    if _words(text, pieces[at : at + 1]).partition(" ")[0] not in _openings():
        return
    sayings = sayings_of("en")
    for size in range(min(_LONGEST_HEAD, len(pieces) - at), 0, -1):
        head = pieces[at : at + size]
        known = sayings.get(_words(text, head))
        if known is None or any(one.named for one in head):
            continue
        for saying in known:
            place = _key(text, pieces, at + size, saying=saying)
            if place is None or _is_noun_here(pieces, at, saying, first=place[0]):
                continue
            for one in range(*place):
                pieces[one] = replace(pieces[one], word=saying.noun or pieces[one].word)
            pieces[at : at + size] = [Piece(head[0].start, head[-1].end, saying.word)]
            return


@cache
def _openings() -> frozenset[str]:
    """Return the first words of all English sayings: most words are none, and are passed over at once."""
    return frozenset(head.split()[0] for head in sayings_of("en"))


def _key(text: str, pieces: Sequence[Piece], first: int, *, saying: Saying) -> tuple[int, int] | None:
    """Return where the words stand that turn the verb before `first`; None where they do not."""
    if not saying.keys[0]:
        return first, first
    in_object = True
    for at in range(first, min(first + _REACH, len(pieces))):
        for size in range(min(_LONGEST_KEY, len(pieces) - at), 0, -1):
            words = _words(text, pieces[at : at + size])
            if words not in saying.keys and words.removesuffix("s") not in saying.keys:
                continue
            follows = words.split()[0] in _PREPOSITIONS
            if (follows and not _leads_to_harm(pieces, at + size)) or (
                not follows and in_object and _is_last(pieces, at + size)
            ):
                return at, at + size
        if pieces[at].cue in _ENDS or (pieces[at].word.verb and not (pieces[at].word.noun or pieces[at].word.sign)):
            return None
        in_object = in_object and (not pieces[at].cue or pieces[at].cue in _WITHIN)
    return None


def _is_last(pieces: Sequence[Piece], at: int) -> bool:
    """Whether no noun follows of which the words before only say which: `hits record output`."""
    return at == len(pieces) or not pieces[at].word.noun or pieces[at].word.verb is not None


def _leads_to_harm(pieces: Sequence[Piece], at: int) -> bool:
    """Whether what follows is adverse, so that the verb keeps its plain meaning: `plunges into crisis`."""
    nouns = (piece.word.noun for piece in pieces[at : at + 3])
    return any(noun in natures() and natures()[noun].adverse for noun in nouns)


def _is_noun_here(pieces: Sequence[Piece], at: int, saying: Saying, *, first: int) -> bool:
    """Whether the verb may be a noun beside another here, as in `strike deal`."""
    if saying.word.form is not Form.BARE or not pieces[at].word.noun:
        return False
    return first == at + 1 and not (at and pieces[at - 1].cue in _LEADS)


def _words(text: str, pieces: Sequence[Piece]) -> str:
    return text[pieces[0].start : pieces[-1].end].lower().replace("-", " ").replace("’", "'")


def _turned_chinese(text: str, pieces: list[Piece], at: int) -> None:
    head = pieces[at]
    for saying in sayings_of("zh").get(text[head.start : head.end], ()):
        before = _HAN_PAUSE.split(text[max(0, head.start - _HAN_REACH) : head.start])[-1]
        after = _HAN_PAUSE.split(text[head.end : head.end + _HAN_REACH])[0]
        for key in saying.keys:
            if key.removeprefix(_BEFORE) not in (before if key.startswith(_BEFORE) else after):
                continue
            pieces[at] = replace(head, word=saying.word)
            if not key.startswith(_BEFORE):
                start = text.index(key, head.end)
                for place, one in enumerate(pieces):
                    if start <= one.start and one.end <= start + len(key) and one.named is None:
                        pieces[place] = replace(one, word=saying.noun or one.word)
            return
