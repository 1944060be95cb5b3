"""Where a sentence's clauses begin, what links each to those before it, and who is its subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.lexicon import natures
from stream_app.pipeline.statements.pieces import Piece
from stream_app.pipeline.statements.word_senses import is_noun, is_verb

_LINKS = frozenset({"because", "therefore", "while", "if", "when", "that", "stop"})
_FIRMS = frozenset({EntityKind.COMPANY, EntityKind.INDUSTRY})
RESUMED = "resumed"
"""The link of a clause whose subject stands before the reason that comes between."""
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
        first = at if pieces[at].cue == "participle" else at + 1  # of `, hurting sales` the connective is the verb
    if first < len(pieces):
        found.append(Clause(first, len(pieces), link, marker))
    return _with_resumed(pieces, found) if is_han else _with_contrasts(pieces, found)


def _with_contrasts(pieces: Sequence[Piece], clauses: list[Clause]) -> list[Clause]:
    """Return the clauses with no reason seen in `Boeing wins as Airbus loses`: firms that go opposite ways."""
    found = list(clauses)
    for number, (before, one) in enumerate(pairwise(clauses), start=1):
        if one.link == "because" and pieces[one.marker].cue == "clause_because":
            ways = _way_of_firms(pieces, before), _way_of_firms(pieces, one)
            if ways[0] * ways[1] < 0:
                found[number] = replace(one, link="while")
    return found


def _way_of_firms(pieces: Sequence[Piece], clause: Clause) -> float:
    """Return which way the clause's first verb says that the firms before it go; 0 where it says no such thing."""
    for at in range(clause.first, clause.last):
        if is_verb(pieces, at):
            verb = pieces[at].word.verb
            named = [piece.named.kind for piece in pieces[clause.first : at] if piece.named]
            return verb.subject if verb and named and set(named) <= _FIRMS else 0.0
    return 0.0


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
    if cue not in _DOUBTFUL:
        return ""
    link, holds = _DOUBTFUL[cue]
    return link if holds(pieces, at, first) else ""


def _follows_comma(pieces: Sequence[Piece], at: int, _: int) -> bool:
    return at > 0 and pieces[at - 1].cue == "comma"


def _opens_clause(pieces: Sequence[Piece], at: int, _: int) -> bool:
    """Whether an `as` begins a clause: whatever has a verb, and is no mere `as a partner`."""
    return any(is_verb(pieces, next_) for next_ in range(at + 1, min(len(pieces), at + 2 * _NEAR)))


def _opens_reason(pieces: Sequence[Piece], at: int, _: int) -> bool:
    """Whether a `受` is closed by an `影响`."""
    return any(piece.cue == "influence" for piece in pieces[at + 1 : at + 2 * _NEAR])


def _closes_reason(pieces: Sequence[Piece], _: int, first: int) -> bool:
    """Whether an `影响` closes a `受` that opened this clause."""
    return first > 0 and pieces[first - 1].cue == "under"


def _parts(pieces: Sequence[Piece], at: int, first: int) -> bool:
    """Whether a comma parts clauses, since it stands not between names of a list."""
    if at == 0 or at + 1 >= len(pieces) or pieces[at - 1].named is None or pieces[at + 1].named is None:
        return True
    return _has_verb(pieces, first, at) and _verb_ahead(pieces, at + 1)


def _starts_clause(pieces: Sequence[Piece], at: int, first: int) -> bool:
    """Whether what follows an `and` is a clause, with its own subject or that of the one before."""
    at += 1
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
    if not _moves_before(pieces, at, first) or pieces[at - 1].word.noun in {"barrier", "burden"}:
        return False
    if _is_bare_move(pieces, at):
        return at + 1 < len(pieces) and not pieces[at + 1].named and pieces[at + 1].cue not in {"number", "adverb"}
    for piece in pieces[at + 1 : at + _NEAR]:
        if piece.word.sign or piece.cue == "noun" or (piece.word.noun in _REASONS and natures()[piece.word.noun].event):
            return True
        if piece.word.noun in _REASONS:
            return True
        if piece.cue in {"number", "prep", "maybe_because", *_LINKS, *_OBJECTS}:
            return False
    return False


def _is_bare_move(pieces: Sequence[Piece], at: int) -> bool:
    """Whether an `on` follows a price's move at once, as in `soars on a cold snap`."""
    verb = pieces[at - 1].word.verb
    on = pieces[at].grade != "agent" and pieces[at].end - pieces[at].start == len("on")
    return on and verb is not None and verb.act == "move" and verb.subject != 0 and not verb.nature


def _moves_before(pieces: Sequence[Piece], at: int, first: int) -> bool:
    return any(
        (verb := pieces[before].word.verb) is not None and (verb.subject or verb.object) and not is_noun(pieces, before)
        for before in range(first, at)
    )


def _is_inverted(pieces: Sequence[Piece], at: int, _: int) -> bool:
    """Whether a `should` has its subject after it, as in `may cut orders should sales disappoint`."""
    after = pieces[at + 1] if at + 1 < len(pieces) else None
    is_subject = after is not None and (after.named or after.word.noun or after.cue == "det" or after.is_unknown)
    return bool(is_subject) and not is_verb(pieces, at + 1) and _verb_ahead(pieces, at + 2)


_DOUBTFUL = {
    "clause_because": ("because", _opens_clause),
    "comma": ("comma", _parts),
    "and": ("and", _starts_clause),
    "participle": ("therefore", _follows_comma),
    "maybe_because": ("because", _gives_reason),
    "under": ("because", _opens_reason),
    "inverted": ("if", _is_inverted),
    "influence": ("stop", _closes_reason),
}
"""Cues that part clauses only where the words around them say so, with the link that they then are."""
