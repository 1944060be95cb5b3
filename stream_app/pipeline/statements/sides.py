"""What of a company a statement is about: what it makes, is chosen for, buys itself, or how its business goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stream_app.events.entity import EntityKind
from stream_app.events.stated_shock import Side
from stream_app.pipeline.statements.findings import FIRMS, Finding
from stream_app.pipeline.statements.lexicon import Word, natures
from stream_app.pipeline.statements.pieces import Piece

_EVENTS = frozenset({"disruption", "burden", "barrier"})
_STANDING = frozenset({"stop", "resume"})
_SIDES: Mapping[str, Side] = {"supply": "supply", "demand": "demand", "results": "results"}


def side_of(pieces: Sequence[Piece], one: Finding) -> Side | None:
    """Return the side of the move; None where the words do not say, and for prices, rates and countries.

    Orders are results of whom they are placed with (`ASML orders fall`), demand for who wins one or whose somebody
    else moves, and purchases of who moves them himself (`Apple cuts orders`). What somebody else spends less on an
    entity is less demand for it. Deliveries are supply, but whose deliveries somebody else puts off, he has less demand
    (`Delta defers deliveries of Airbus jets`). A price that a company moves itself is its own, not that of its shares.
    """
    if one.named.kind not in FIRMS or (one.market and one.by != "itself"):
        return None
    side = _said(pieces, one)
    if side == "deliveries":
        side = "demand" if one.by == "another" and _is_maker(pieces, one) else "supply"
    if side == "orders" and not one.by:
        return "demand" if pieces[one.at].word.side == "demand" else "results"
    if side in {"orders", "purchases"}:
        return "demand" if one.by == "another" else "purchases"
    return _SIDES.get(side)


def _is_maker(pieces: Sequence[Piece], one: Finding) -> bool:
    """Whether it is a company from which something comes, not to which it goes."""
    at = next((at for at, piece in enumerate(pieces) if piece.named == one.named), 0)
    return one.named.kind is EntityKind.COMPANY and not (at and pieces[at - 1].cue == "to")


def _said(pieces: Sequence[Piece], one: Finding) -> str:
    words: list[Word] = [pieces[at].word for at in (one.last, one.about, one.at) if at is not None]
    marked = next((word.side for word in words if word.side), "")
    if marked and not (marked == "orders" and one.nature in _EVENTS):  # a court orders a stoppage
        return marked
    if one.nature:
        return natures()[one.nature].side
    verb = words[-1].verb
    stands = verb is not None and verb.act in _STANDING and one.named.kind is EntityKind.PRODUCT
    return "supply" if stands else ""
