"""What the relations that are no economic statements imply for shocks: a product's to its maker, a person's to a firm.

They are weak and short: priors of our own, below those of curated statements, which name their sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Relation, RelationKind

_HALF_LIFE_HOURS = 72.0
_CONFIDENCE = 0.5
_FROM_PRODUCT = Transmission(1, 0.5)
_FROM_PERSON = Transmission(1, 0.15)


def implied_dependences(relations: Iterable[Relation]) -> Iterator[Dependence]:
    """Yield what products and key persons do to their companies; other relations carry nothing by themselves."""
    for relation in relations:
        if relation.kind is RelationKind.MAKES_PRODUCT:
            yield _statement(relation, DependenceKind.OWNS, backward=_FROM_PRODUCT, origin="its product")
        elif relation.kind is RelationKind.KEY_PERSON_OF:
            yield _statement(relation, DependenceKind.AFFECTS, forward=_FROM_PERSON, origin="its key person")


def _statement(
    relation: Relation,
    kind: DependenceKind,
    *,
    origin: str,
    forward: Transmission | None = None,
    backward: Transmission | None = None,
) -> Dependence:
    return Dependence(
        source=relation.source,
        kind=kind,
        target=relation.target,
        forward=forward,
        backward=backward,
        delay_hours=0.0,
        half_life_hours=_HALF_LIFE_HOURS,
        origin=origin,
        confidence=_CONFIDENCE,
    )
