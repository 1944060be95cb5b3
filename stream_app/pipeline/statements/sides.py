"""What of a company a statement is about: what it makes and delivers, what others buy of it, or what it buys itself."""

from __future__ import annotations

from collections.abc import Sequence

from stream_app.events.entity import EntityKind
from stream_app.events.stated_shock import Side
from stream_app.pipeline.statements.findings import FIRMS, Finding
from stream_app.pipeline.statements.lexicon import Word, natures
from stream_app.pipeline.statements.pieces import Piece

_STANDING = frozenset({"stop", "resume"})


def side_of(pieces: Sequence[Piece], one: Finding) -> Side | None:
    """Return the side of the move; None where the words do not say, and for prices, rates and countries.

    Orders are demand for whom they are placed with (`ASML orders fall`), and purchases of who moves them himself
    (`Apple cuts orders`). What somebody else spends less on an entity is less demand for it. Deliveries are supply,
    but whose deliveries somebody else puts off, he has less demand (`Delta defers deliveries of Airbus jets`).
    """
    if one.named.kind not in FIRMS or one.market:
        return None
    side = _said(pieces, one)
    if side == "deliveries":
        side = "demand" if one.by == "another" and _is_maker(pieces, one) else "supply"
    if side == "supply":
        return "supply"
    if side in {"orders", "purchases"}:
        by_itself = one.by == "itself" or (side == "purchases" and not one.by)
        return "purchases" if by_itself else "demand"
    return "demand" if side == "demand" else None


def _is_maker(pieces: Sequence[Piece], one: Finding) -> bool:
    """Whether it is a company from which something comes, not to which it goes."""
    at = next((at for at, piece in enumerate(pieces) if piece.named == one.named), 0)
    return one.named.kind is EntityKind.COMPANY and not (at and pieces[at - 1].cue == "to")


def _said(pieces: Sequence[Piece], one: Finding) -> str:
    words: list[Word] = [pieces[at].word for at in (one.last, one.about, one.at) if at is not None]
    marked = next((word.side for word in words if word.side), "")
    if marked:
        return marked
    if one.nature:
        return natures()[one.nature].side
    verb = words[-1].verb
    stands = verb is not None and verb.act in _STANDING and one.named.kind is EntityKind.PRODUCT
    return "supply" if stands else ""
