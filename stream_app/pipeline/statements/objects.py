"""What stands after a verb, as phrases: to whom it is done, and with what."""

from __future__ import annotations

from collections.abc import Sequence

from stream_app.pipeline.statements.lexicon import Verb, natures
from stream_app.pipeline.statements.phrases import Phrase, held, phrases
from stream_app.pipeline.statements.pieces import Piece
from stream_app.pipeline.statements.sentence import Sentence
from stream_app.pipeline.statements.word_senses import is_verb

_PUT_OUT = Verb("stop", 0.0, -0.9, "", 0.0, 0.0, causes=1)
"""What `takes … offline` and `brings … to a standstill` say of what stands between."""

_BURDENED = Verb("start", 0.0, -0.9, "burden", 0.0, 0.0, causes=0)
_PUT_UNDER = frozenset({"on", "under", "into"})
_UNDER = _PUT_UNDER | {"with"}
_SOON = 5  # pieces within which it stands


def with_its_end(sentence: Sentence, verb: Verb, *, clause: int, at: int) -> Verb:
    """Return the verb as the words at the end of its object make it: who `takes a plant offline` stops it."""
    first, last = sentence.after(clause, at)
    is_put_out = any(sentence.pieces[one].grade == "out" for one in range(first + 1, last))
    if is_put_out and verb.act != "resume":
        return _PUT_OUT
    return _BURDENED if verb.act == "start" and verb.object > 0 and _is_under(sentence, first) else verb


def _is_under(sentence: Sentence, first: int) -> bool:
    """Whether it says who is put under what harms him: `Ford with a fine`, `Huawei on a blacklist`, `on a list`."""
    pieces = sentence.pieces
    at = first
    while at < len(pieces) and (pieces[at].named or pieces[at].cue == "det"):
        at += 1
    if at >= len(pieces) or sentence.word(at) not in (_UNDER if at > first else _PUT_UNDER):
        return False
    after = (one for one in pieces[at + 1 : at + 1 + _SOON] if one.named or one.word.noun)
    harm = next(after, None)
    return harm is not None and not harm.named and harm.word.noun in natures() and natures()[harm.word.noun].adverse


def object_phrases(
    sentence: Sentence, right: Sequence[Phrase], *, clause: int, at: int, is_nominal: bool
) -> list[Phrase]:
    """Return the phrases after the verb; in Chinese also those before it that say to whom it is done."""
    pieces = sentence.pieces
    if is_nominal:
        return [Phrase(one.first, one.last, "") for one in right[1:]]
    if counted := _counted(sentence, right):
        return list(right[counted:])
    led = [one for one in phrases(pieces, *sentence.before(clause, at)) if one.joint == "object"]
    if led and not held(pieces, right[0]) and right[0].noun(pieces) is None:
        return [*led, *right[1:]]
    if right[0].first == right[0].last and right[1:2] and right[1].joint == "object":
        return list(right[1:])  # 取消 | 对中国的关税
    return [right[0], *led, *right[1:]]


def _counted(sentence: Sentence, right: Sequence[Phrase]) -> int:
    """Return how many phrases only count what follows: 90% of production."""
    counted = 0
    while counted + 1 < len(right) and not _says(sentence, right[counted]):
        if right[counted + 1].joint != "of":
            break
        counted += 1
    return counted


def _says(sentence: Sentence, phrase: Phrase) -> bool:
    return phrase.has_noun(sentence.pieces) or bool(held(sentence.pieces, phrase))


def has_infinitive(pieces: Sequence[Piece], right: Sequence[Phrase]) -> bool:
    """Whether it is somebody who is told to do something: `orders 10 banks to cut lending`."""
    places = (at for one in right for at in range(one.first, one.last + 1) if at < len(pieces))
    return any(at and pieces[at - 1].cue == "to" and _may_be_deed(pieces, at) for at in places)


def _may_be_deed(pieces: Sequence[Piece], at: int) -> bool:
    """Whether what follows a `to` is a verb, known or not: `to spin off`, not `to Delta`."""
    return is_verb(pieces, at) or not (pieces[at].named or pieces[at].cue or pieces[at].word.noun)


def is_less(pieces: Sequence[Piece], first: int, noun: int) -> bool:
    """Tell whether an adjective in `[first, noun)` says that there is less of the noun."""
    return any(pieces[at].word.sign < 0 and not is_verb(pieces, at) for at in range(first, noun))


def is_compound(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether a quantity stands right before the verb, and nothing known after: `rate cuts next year`."""
    before = pieces[at - 1].word.noun if at else ""
    return before in natures() and natures()[before].own and not natures()[before].event


def is_below_nought(pieces: Sequence[Piece], right: Sequence[Phrase]) -> bool:
    """Whether what follows a verb says that a rate is taken below zero, whatever the verb."""
    return any(pieces[at].cue == "subzero" for one in right for at in range(one.first, one.last))
