"""Noun phrases around a verb: the one at its side and those that prepositions join to it, with who is named in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.pieces import Named, Piece
from stream_app.pipeline.statements.word_senses import is_noun, is_preposition

PASSED_ON = frozenset({"part", "relation", "bystander"})
"""Natures of nouns that only say whose something is."""
_OF_A_RELATION = 0.4
_WHOSE = {"relation": _OF_A_RELATION, "bystander": 0.0}
_THINGS = frozenset({"high", "low"}) | PASSED_ON


@dataclass(frozen=True, slots=True)
class Held:
    """An entity that something concerns, and how far: less for whose supplier it is, below 0 for the other currency."""

    named: Named
    share: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """Pieces `[first, last)` after a preposition, which is the piece before them; `joint` is empty for none."""

    first: int
    last: int
    joint: str

    def noun(self, pieces: Sequence[Piece]) -> int | None:
        """Return the place of its head: the last noun that is a quantity or an event."""
        nouns = (at for at in range(self.last - 1, self.first - 1, -1) if is_noun(pieces, at))
        return next((at for at in nouns if pieces[at].word.noun and pieces[at].word.noun not in _THINGS), None)

    def has_noun(self, pieces: Sequence[Piece]) -> bool:
        """Return whether any known noun stands in it."""
        return any(is_noun(pieces, at) for at in range(self.first, self.last))

    def part(self, pieces: Sequence[Piece]) -> int | None:
        """Return the place of its head, where that is a part of its owner, such as a plant."""
        nouns = [at for at in range(self.first, self.last) if is_noun(pieces, at)]
        return nouns[-1] if nouns and pieces[nouns[-1]].word.noun == "part" else None

    def mark(self, pieces: Sequence[Piece]) -> str:
        """Return `high` or `low` where it is a mark that a price reaches."""
        found = (pieces[at].word.noun for at in range(self.first, self.last) if is_noun(pieces, at))
        return next((noun for noun in found if noun in {"high", "low"}), "")


def phrases(pieces: Sequence[Piece], first: int, last: int) -> list[Phrase]:
    """Return the phrases in `[first, last)`, in order; the first has no preposition, and may be empty."""
    found, begin, joint = [], first, ""
    for at in range(first, last):
        if is_preposition(pieces, at):
            found.append(Phrase(begin, at, joint))
            begin, joint = at + 1, _joint(pieces[at])
    return [*found, Phrase(begin, last, joint)]


def _joint(piece: Piece) -> str:
    return piece.cue if piece.cue in {"to", "passive", "object"} else piece.grade or piece.cue


def held(pieces: Sequence[Piece], phrase: Phrase) -> list[Held]:
    """Return who is named in a phrase; of `Ford supplier Novelis` the last alone, of `Ford supplier` Ford in part."""
    found: list[Held] = []
    pending: list[Held] = []
    for at in range(phrase.first, phrase.last):
        piece = pieces[at]
        if piece.named is not None and piece.word.verb is None and not _is_amount(pieces, at):
            pending.append(Held(piece.named, _side(pieces, at, pending)))
        elif piece.word.noun in _WHOSE and pending and is_noun(pieces, at):
            share = _WHOSE[piece.word.noun]
            # Whom a later name makes a mere attribute is not concerned at all.
            attribute = 0.0 if _name_follows(pieces, at, phrase.last) else share
            found.extend(Held(one.named, one.share * attribute) for one in pending)
            pending = []
    return [*found, *pending]


def _is_amount(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a currency only says what a number counts: `5 million euros`."""
    named = pieces[at].named
    return named is not None and named.kind is EntityKind.CURRENCY and at > 0 and pieces[at - 1].cue == "number"


def _name_follows(pieces: Sequence[Piece], at: int, last: int) -> bool:
    for piece in pieces[at + 1 : last]:
        if piece.named is not None:
            return True
        if piece.cue in {"and", "own", "comma"} or (piece.word.noun and piece.word.noun not in PASSED_ON):
            return False
    return False


def _side(pieces: Sequence[Piece], at: int, before: Sequence[Held]) -> float:
    """Return minus 1 for the second currency of a pair such as EUR/USD, whose rate is the first one's value in it."""
    named = pieces[at].named
    if named is None or named.kind is not EntityKind.CURRENCY or not before:
        return 1.0
    last = before[-1].named
    joined = last.end == named.start or (pieces[at - 1].cue == "slash" and pieces[at - 2].named is last)
    return -1.0 if joined and last.kind is EntityKind.CURRENCY else 1.0


def kinds_of(holders: Iterable[Held]) -> set[EntityKind]:
    """Return the kinds of those who are concerned."""
    return {one.named.kind for one in holders if one.share}
