"""What one sentiment event does to its entity's own quantity: the intervention that is propagated.

A shock's value lies in -1..1: its sign says where the quantity goes (a company's fortunes, a commodity's price, a
central bank's rate), its size how much of a full shock it is.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from stream_app.causal.parameters import CausalParameters
from stream_app.events.entity import EntityKind
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.stated_shock import Side, StatedShock
from stream_app.events.voice import Grade, grade_of

FORTUNES = frozenset({EntityKind.COMPANY, EntityKind.INDUSTRY, EntityKind.PERSON, EntityKind.PRODUCT})
"""Kinds whose quantity is their fortunes, so that good and bad tone speaks of it."""


@dataclass(frozen=True, slots=True)
class Shock:
    """`value` in -1..1 moves `entity_id`; `ends` where it undoes what went before; `side` says what of it moves."""

    entity_id: str
    value: float
    ends: bool = False
    side: Side | None = None


def shock_of(
    event: SentimentEvent, parameters: CausalParameters, *, dreaded: Container[str] = frozenset()
) -> Shock | None:
    """Return the event's shock: direction times confidence, relevance and novelty; None where there is none.

    Confidence is that of the link times the certainty of what is stated times what the source's word is worth. Of a
    text that the model cannot score, what rules read in it counts alone. `dreaded` are indicators whose rise is bad
    news, so that bad news of them tells of their rise.
    """
    stated = event.shock if event.shock is not None and event.shock.move else None
    if event.entity is None or (event.polarity is None and stated is None):
        return None
    tone = (event.polarity or 0.0) * (parameters.doer if _only_does(event.shock) else 1.0)
    if event.entity.id in dreaded:
        tone = -tone
    direction = _direction(event.entity.kind, tone, stated, parameters=parameters)
    # Of whom a move is stated, the document is: relevance is learnt from who a text is about by its tone.
    relevance = max(event.relevance or 0.0, parameters.stated_relevance if stated else 0.0)
    weight = (event.link_confidence or 0.0) * relevance * event.novelty * parameters.voices[grade_of(event)]
    value = direction * weight * _certainty(event.shock, parameters)
    # Nobody's shock fades the faster because strangers say that it is over.
    is_heard = grade_of(event) is not Grade.STRANGER
    ends = is_heard and event.shock is not None and event.shock.modality == "ended"
    return Shock(event.entity.id, value, ends, stated.side if stated else None) if value else None


def told_as(event: SentimentEvent) -> str:
    """Return the story that the event's effects count to, of which only the strongest does.

    All that strangers say of one entity within a day (UTC) is one story: fifty accounts cost nothing to make, and
    posts that differ in a figure are no fifty shocks.
    """
    if event.entity is None or grade_of(event) is not Grade.STRANGER:
        return event.story_id
    return f"crowd/{event.entity.id}/{event.published_at:%Y-%m-%d}"


def _direction(kind: EntityKind, tone: float, stated: StatedShock | None, *, parameters: CausalParameters) -> float:
    """Return where the quantity goes, in -1..1.

    What is stated decides for prices, rates and levels; tone counts for part where nothing is. For fortunes the
    stronger of the two decides where they agree, and their sum where they do not. What a company buys is no fortune of
    its own: that it spends less may please its shareholders, and hurts its suppliers all the same.
    """
    if stated is None:
        return tone * parameters.tone.get(kind, 0.0)
    if kind not in FORTUNES or stated.modality == "ended" or stated.side == "purchases":
        # The words for what is over are as grim as those for what goes on: the stated move alone tells a recovery.
        return stated.move
    if tone * stated.move >= 0:
        return max(tone, stated.move, key=abs)
    return tone + stated.move


def _only_does(stated: StatedShock | None) -> bool:
    """Whether the text says what the entity does to others, and not which way it goes itself."""
    return stated is not None and stated.role == "cause" and not stated.move


def _certainty(stated: StatedShock | None, parameters: CausalParameters) -> float:
    """Return how sure the shock is: a mere possibility is never more than its modality allows."""
    if stated is None:
        return 1.0
    allowed = parameters.modality[stated.modality]
    return min(allowed, stated.certainty)
