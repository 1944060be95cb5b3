"""Economic dependence between entities, as values: what makes a shock to one of them a shock to another.

Every entity has one quantity that a shock moves: a company's or industry's fortunes, a commodity's price, a currency's
value, a central bank's policy rate, a macro indicator's level, a country's economy, an organisation's pressure or
output (a union's strikes, a cartel's oil). A sign says how one side's quantity moves when the other's rises.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal


class DependenceKind(StrEnum):
    """Typed, directed statements `source KIND target`, such as `TSMC supplies Apple`."""

    SUPPLIES = "supplies"
    CUSTOMER_OF = "customer_of"
    COMPETES_WITH = "competes_with"
    OWNS = "owns"
    LENDS_TO = "lends_to"
    DEPENDS_ON_COMMODITY = "depends_on_commodity"
    EXPOSED_TO_COUNTRY = "exposed_to_country"
    EXPOSED_TO_CURRENCY = "exposed_to_currency"
    REGULATED_BY = "regulated_by"
    BELONGS_TO_INDUSTRY = "belongs_to_industry"
    CENTRAL_BANK_OF = "central_bank_of"
    ISSUES_CURRENCY = "issues_currency"
    AFFECTS = "affects"


@dataclass(frozen=True, slots=True)
class Transmission:
    """How a shock passes one way: `weight` in 0..1 is the part that arrives, `sign` whether it arrives reversed."""

    sign: Literal[-1, 1]
    weight: float


@dataclass(frozen=True, slots=True)
class Dependence:
    """One statement, true from `valid_from` up to `valid_to` and known to the market since `known_from` (None: always).

    `forward` carries a shock of the source to the target, `backward` one of the target to the source; None: not at all.
    `delay_hours` pass before the effect begins, and half of it is gone after `half_life_hours`. `share` is the part of
    revenue or cost concerned, `disclosed_by` who said so, `origin` the public source, `confidence` in 0..1.
    """

    source: str
    kind: DependenceKind
    target: str
    forward: Transmission | None
    backward: Transmission | None
    delay_hours: float
    half_life_hours: float
    origin: str
    confidence: float
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    known_from: datetime | None = None
    disclosed_by: str | None = None
    share: float | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what tells it from other statements: who, how, whom, and since when."""
        return self.source, self.kind.value, self.target, self.valid_from.isoformat() if self.valid_from else ""

    def holds(self, as_of: datetime) -> bool:
        """Return whether it was true, and known, at that event time."""
        begun = all(start is None or start <= as_of for start in (self.valid_from, self.known_from))
        return begun and (self.valid_to is None or as_of < self.valid_to)


_NAMES = tuple(field.name for field in fields(Dependence))
_KINDS = {kind.value: kind for kind in DependenceKind}
_NO_WAY: dict[str, Any] = {"forward": None, "backward": None}
_MOMENTS = {"valid_from", "valid_to", "known_from"}


def dependence_fields(dependence: Dependence) -> dict[str, Any]:
    """Return its JSON fields; what is not known is left out."""
    return {name: value for name in _NAMES if (value := getattr(dependence, name)) is not None}


def dependence_from(said: dict[str, Any]) -> Dependence:
    """Return the dependence that these JSON fields describe; ValueError, TypeError or KeyError where they do not."""
    whole = _NO_WAY | said
    whole["kind"] = _KINDS[said["kind"]]
    for side in _NO_WAY:
        if whole[side]:
            whole[side] = _transmission(**whole[side])
    for moment in _MOMENTS & said.keys():
        whole[moment] = datetime.fromisoformat(said[moment])
    return Dependence(**whole)


@cache
def _transmission(sign: Literal[-1, 1], weight: float) -> Transmission:
    """Return one object for all that are alike: a graph has tens of thousands of them, of a few hundred kinds."""
    return Transmission(sign, weight)
