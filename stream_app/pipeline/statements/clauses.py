"""Where a sentence's clauses begin, what links each to those before it, and who is its subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stream_app.pipeline.statements.lexicon import natures
from stream_app.pipeline.statements.pieces import Piece
from stream_app.pipeline.statements.word_senses import is_noun, is_verb

_LINKS = frozenset({"because", "therefore", "while", "if", "when", "that", "stop"})
RESUMED = "resumed"
"""The link of a clause whose subject stands before the reason that comes between."""
_SKIPPED = frozenset({"adverb", "says", "be", "have"})
_REASONS = frozenset(
    {"disruption", "burden", "barrier", "slump", "glut", "gain", "demand", "cost", "activity", "result"}
)
_NEAR = 6
_OBJECTS = ("comma", "stop", "and")


@dataclass(frozen=True, slots=True)
class Clause:
    """Pieces `[first, last)`, and by what the clause is joined to the one before; `link` is empty for the first."""

    first: int
    last: int
    link: str
    marker: int


def clauses_of(pieces: Sequence[Piece], *, is_han: bool) -> list[Clause]:
    """Return the clauses of a sentence in order; connectives and commas between them belong to none."""
    found: list[Clause] = []
    first, link, marker = 0, "", -1
    for at in range(len(pieces)):
        kind = _boundary(pieces, at, first)
        if not kind:
            continue
        if first < at:
            found.append(Clause(first, at, link, marker))
            link = ""
        # Of `, after` the connective counts, of `after,` too.
        if kind not in {"comma", "stop", "and"} or link in {"", "comma", "and", "stop"}:
            link, marker = kind, at
        first = at + 1
    if first < len(pieces):
        found.append(Clause(first, len(pieces), link, marker))
    return _with_resumed(pieces, found) if is_han else found


def _with_resumed(pieces: Sequence[Piece], clauses: list[Clause]) -> list[Clause]:
    """Return the clauses with those parted that go on after a reason: 铜价因罢工 | 上涨."""
    found: list[Clause] = []
    for one in clauses:
        found.append(one)
        if one.link != "because" or len(found) < 2 or _has_verb(pieces, found[-2].first, found[-2].last):  # noqa: PLR2004
            continue
        verbs = [at for at in range(one.first, one.last) if is_verb(pieces, at)]
        if verbs and verbs[-1] > one.first and not any(pieces[at].cue == "prep" for at in range(verbs[-1], one.last)):
            found[-1] = Clause(one.first, verbs[-1], one.link, one.marker)
            found.append(Clause(verbs[-1], one.last, RESUMED, one.marker))
    return found


def _boundary(pieces: Sequence[Piece], at: int, first: int) -> str:
    """Return the link that the piece begins a clause with, or nothing where it stays inside one."""
    cue = pieces[at].cue
    if cue in _LINKS:
        return cue
    if cue == "comma":
        return "" if _in_list(pieces, at, first) else "comma"
    if cue == "and":
        return "and" if _starts_clause(pieces, at + 1, first) else ""
    if cue == "participle":
        return "therefore" if at > 0 and pieces[at - 1].cue == "comma" else ""
    if cue == "maybe_because":
        return "because" if _gives_reason(pieces, at, first) else ""
    if cue == "under":
        return "because" if any(piece.cue == "influence" for piece in pieces[at + 1 : at + 12]) else ""
    return "stop" if cue == "influence" and _closes_reason(pieces, at, first) else ""


def _closes_reason(pieces: Sequence[Piece], at: int, first: int) -> bool:
    """Whether `影响` closes a `受` that opened this clause."""
    return first > 0 and pieces[first - 1].cue == "under"


def _in_list(pieces: Sequence[Piece], at: int, first: int) -> bool:
    """Whether a comma stands between names of a list, and no new clause begins with the second."""
    if at == 0 or at + 1 >= len(pieces) or pieces[at - 1].named is None or pieces[at + 1].named is None:
        return False
    return not (_has_verb(pieces, first, at) and _verb_ahead(pieces, at + 1))


def _starts_clause(pieces: Sequence[Piece], at: int, first: int) -> bool:
    """Whether what follows an `and` is a clause, with its own subject or that of the one before."""
    while at < len(pieces) and pieces[at].cue in {"adverb", "will", "be", "have"}:
        at += 1
    if at >= len(pieces):
        return False
    if is_verb(pieces, at) or pieces[at].cue in {"before", "reverse"}:
        return _has_verb(pieces, first, at)
    return _has_verb(pieces, first, at) and _verb_ahead(pieces, at)


def _verb_ahead(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a verb comes before the next boundary that is sure to be one."""
    for next_ in range(at, min(len(pieces), at + _NEAR)):
        cue = pieces[next_].cue
        if cue in _LINKS or cue in _OBJECTS:
            return False
        if is_verb(pieces, next_) or cue in {"before", "says"}:
            return True
    return False


def _has_verb(pieces: Sequence[Piece], first: int, last: int) -> bool:
    return any(is_verb(pieces, at) or pieces[at].cue == "before" for at in range(first, last))


def _gives_reason(pieces: Sequence[Piece], at: int, first: int) -> bool:
    """Whether `on`, `by` or their like is followed by a reason, such as `weak demand`, and preceded by a move."""
    if not _moves_before(pieces, at, first):
        return False
    for piece in pieces[at + 1 : at + _NEAR]:
        if piece.word.sign or piece.cue == "noun" or (piece.word.noun in _REASONS and natures()[piece.word.noun].event):
            return True
        if piece.word.noun in _REASONS:
            return True
        if piece.cue in {"number", "prep", "maybe_because", *_LINKS, *_OBJECTS}:
            return False
    return False


def _moves_before(pieces: Sequence[Piece], at: int, first: int) -> bool:
    return any(
        (verb := pieces[before].word.verb) is not None and (verb.subject or verb.object) and not is_noun(pieces, before)
        for before in range(first, at)
    )
