"""Which of its senses a word has where it stands: a `strike` is a noun in `a strike at`, a verb in `workers strike`."""

from __future__ import annotations

from collections.abc import Sequence

from stream_app.pipeline.statements.inflection import Form
from stream_app.pipeline.statements.lexicon import Verb, natures
from stream_app.pipeline.statements.pieces import Piece

_BEFORE_NOUN = frozenset(
    {"det", "prep", "maybe_because", "own", "because", "clause_because", "noun", "quantifier", "number"}
)
_BEFORE_VERB = frozenset({"before", "have", "reverse", "that", "to"})
_ENDS = frozenset("comma stop because clause_because while when therefore".split())
_BEFORE_OBJECT = frozenset({"det", "number"})
_RULERS = frozenset({"stop", "resume", "start"})
_AFTER_NOUN = frozenset({"prep", "maybe_because", "be", "before", "noun", "have", "adverb", "own", "because", "to"})


def is_verb(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the piece is read as a verb; a noun made of one (`rate cut`) is, since it says the same."""
    return pieces[at].word.verb is not None and not is_noun(pieces, at) and not _is_auxiliary(pieces, at)


def _is_auxiliary(pieces: Sequence[Piece], at: int) -> bool:
    """Whether it helps the verb after it, as in `had halted production`, and owns nothing."""
    if pieces[at].cue != "have":
        return False
    next_ = _past_adverb(pieces, at + 1)
    verb = pieces[next_].word if next_ < len(pieces) else None
    return verb is not None and verb.verb is not None and verb.form in {Form.PAST, Form.EITHER}


def is_noun(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the piece is read as a noun or as an adjective."""
    word = pieces[at].word
    if word.verb is None or (word.verb.act == "order" and not _counts(pieces, at)):
        return bool(word.noun)
    if pieces[at].cue == "maybe_because":  # `strike over as`, not `over a strike`
        return not (at and pieces[at - 1].word.noun and _is_last(pieces, at))
    if pieces[at].cue == "influence" and (at + 1 == len(pieces) or pieces[at + 1].cue in {"comma", "stop"}):
        return True  # 受…影响: what `受` has said already
    if not word.noun:
        return word.sign != 0 and not (at and pieces[at - 1].cue in _BEFORE_VERB) and _stands_before_noun(pieces, at)
    if word.form is Form.PAST or (at and _is_move_of(pieces[at - 1], word.verb)) or _follows_alike(pieces, at):
        return False
    return (at > 0 and word.form is Form.ING and _rules(pieces[at - 1])) or _is_nominal(pieces, at)


def _counts(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a number follows (`orders 65 jets`, not `orders fall`), or jets are ordered out of the sky."""
    is_put_out = pieces[at].word.form is not Form.BARE and any(one.grade == "out" for one in pieces[at + 1 : at + 5])
    return is_put_out or (at + 1 < len(pieces) and pieces[at + 1].cue in {"number", "quantifier"})


def _is_last(pieces: Sequence[Piece], at: int) -> bool:
    return at + 1 == len(pieces) or pieces[at + 1].cue in {
        "comma",
        "stop",
        "because",
        "clause_because",
        "while",
        "when",
        "therefore",
    }


def is_adjective(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the piece says which way the noun or the name after it goes."""
    return pieces[at].word.sign != 0 and not is_verb(pieces, at)


def _stands_before_noun(pieces: Sequence[Piece], at: int) -> bool:
    for piece in pieces[at + 1 : at + 3]:
        if piece.word.noun or (piece.named and not piece.cue):
            return True
        if piece.cue or piece.word.verb:
            return False
    return False


def _may_be_object(piece: Piece) -> bool:
    return bool(piece.named or piece.word.noun or piece.word.sign or piece.cue in _BEFORE_OBJECT)


def _is_considered(before: Piece, piece: Piece, after: Piece | None) -> bool:
    """Whether it is a thing that is considered (`mulls sanctions on`), not a deed that may be done (`may sanction`)."""
    if before.cue != "before":
        return False
    joined = after is None or after.cue in {"prep", "maybe_because"}
    return piece.word.form is Form.FINITE or (before.grade in {"intended", "denied"} and joined)


def _is_nominal(pieces: Sequence[Piece], at: int) -> bool:
    before = pieces[at - 1] if at else None
    after = pieces[at + 1] if at + 1 < len(pieces) else None
    if before is not None and before.cue in _BEFORE_VERB and not _is_considered(before, pieces[at], after):
        return before.cue == "to" and after is None and bool(pieces[at].word.noun == "barrier")
    verb = pieces[at].word.verb
    if before is None or before.cue in _BEFORE_NOUN or before.word.sign:
        return True
    if (
        pieces[at].word.form is Form.FINITE
        and before is not None
        and before.named
        and verb is not None
        and verb.subject
    ):
        return False  # the dollar firms, Boeing strikes
    if pieces[at].word.form is Form.FINITE and after is not None and _may_be_object(after):
        return False
    if (
        after is None
        or after.cue in _AFTER_NOUN
        or after.cue in {"comma", "stop"}
        or after.word.verb
        or (after.word.noun and not after.named)  # 限制稀土出口, where the name of a thing is the object
    ):
        return True
    return bool(before.word.noun) and not after.named


def _follows_alike(pieces: Sequence[Piece], at: int) -> bool:
    """Whether it ends a list of deeds, all in the bare form: `workers reject offer and strike`."""
    ends = at + 1 == len(pieces) and at > 0 and pieces[at - 1].cue == "and"
    return (ends and pieces[at].word.form is Form.BARE) and any(
        one.word.verb is not None and one.word.form is Form.BARE and not one.word.noun for one in pieces[: at - 1]
    )


def _is_move_of(before: Piece, verb: Verb) -> bool:
    """Whether it moves the quantity before it, as in `prices collapse`, and is no event of its own."""
    nature = natures().get(before.word.noun)
    return nature is not None and nature.own and not nature.event and verb.act == "move" and not verb.nature


def _rules(before: Piece) -> bool:
    """Whether what follows is what is stopped or begun: who stops buying soybeans stops purchases of them."""
    return before.word.verb is not None and before.word.verb.act in _RULERS


def is_preposition(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the piece opens a phrase such as `at the plant`; a `to` before a verb does not."""
    cue = pieces[at].cue
    if pieces[at].word.verb is not None and is_verb(pieces, at):
        return False
    if cue == "to":
        return at + 1 >= len(pieces) or not is_verb(pieces, _past_adverb(pieces, at + 1))
    return cue in {"prep", "maybe_because", "clause_because", "passive", "object"}


def _past_adverb(pieces: Sequence[Piece], at: int) -> int:
    return at + 1 if at + 1 < len(pieces) and pieces[at].cue == "adverb" else min(at, len(pieces) - 1)
