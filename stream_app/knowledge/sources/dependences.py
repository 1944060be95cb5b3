"""Dependences from the project's own tables: one fact a row; what it leaves empty its relation's defaults say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources

from stream_app.errors import DataError
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.sources.tables import Row, read_table

_TABLES = "dependences_"
_MOST_BY_SHARE = 0.6  # even who sells all to one customer finds others in time
_DATE_FORMATS = {len("2014"): "%Y", len("2014-06"): "%Y-%m", len("2014-06-30"): "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class Side:
    """How a relation passes shocks one way unless a row says otherwise; `per_share`: its weight by the known share."""

    sign: int
    weight: float
    per_share: float

    def transmission(self, cell: str, share: float | None) -> Transmission | None:
        """Return what a cell says: `-0.2` in full, `-` the sign alone, `0` that nothing passes, nothing the default."""
        sign = {"-": -1, "+": 1}.get(cell[:1], self.sign)
        number = cell.lstrip("+-")
        weight = float(number) if number else self._weight(share)
        if sign == 0 and weight > 0:
            raise ValueError("this relation has no sign of its own, so the row must give one")
        return Transmission(-1 if sign < 0 else 1, round(weight, 3)) if weight > 0 else None

    def _weight(self, share: float | None) -> float:
        return min(self.per_share * share, _MOST_BY_SHARE) if share and self.per_share else self.weight


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a relation unless a row says otherwise."""

    forward: Side
    backward: Side
    delay_hours: float
    half_life_hours: float
    confidence: float


def table_names() -> list[str]:
    """Return the names of the tables of dependences, sorted."""
    files = resources.files("stream_app.knowledge").joinpath("data").iterdir()
    return sorted(file.name.removesuffix(".csv") for file in files if file.name.startswith(_TABLES))


def read_dependences() -> list[Dependence]:
    """Return every fact of the tables; DataError, which names table and row, where one cannot be read."""
    return up_to_the_end(fact for name in table_names() for fact in table_dependences(name))


def up_to_the_end(facts: Iterable[Dependence]) -> list[Dependence]:
    """Return the facts with what the end of a company does to them: from then on nothing exposes it.

    What passes away from it stays; a fact that has an end of its own keeps it.
    """
    ended = {row["company"]: _date(row["ended"]) for row in read_table("ended_companies")}
    return [part for fact in facts for part in _parts(fact, ended)]


def _parts(fact: Dependence, ended: Mapping[str, datetime | None]) -> Iterator[Dependence]:
    """Yield the fact up to the end of the first of its two to end, and then what passes away from who has ended."""
    ends = [end for one in (fact.source, fact.target) if (end := ended.get(one)) is not None]
    if not ends or fact.valid_to is not None:
        yield fact
        return
    end = min(ends)
    if fact.valid_from is None or fact.valid_from < end:
        yield replace(fact, valid_to=end)
    forward = None if fact.target in ended else fact.forward
    backward = None if fact.source in ended else fact.backward
    if forward or backward:
        begun = max(end, fact.valid_from or end)  # its buyer owns it from the day on which it ends
        yield replace(fact, valid_from=begun, share=None, forward=forward, backward=backward)


def table_dependences(name: str) -> Iterator[Dependence]:
    """Yield the facts of one table."""
    for row in read_table(name):
        try:
            yield dependence_of(row)
        except (ValueError, KeyError) as error:
            said = ",".join((row["source"], row["relation"], row["target"]))
            raise DataError(f"data/{name}.csv: {said}: {error}: see docs/knowledge.md for the columns") from error


def dependence_of(row: Row) -> Dependence:
    """Return the fact of one row; ValueError or KeyError where it says something impossible."""
    kind = DependenceKind(row["relation"])
    usual = _defaults()[kind]
    share = _number(row["share"])
    return Dependence(
        source=row["source"],
        kind=kind,
        target=row["target"],
        forward=usual.forward.transmission(row["forward"], share),
        backward=usual.backward.transmission(row["backward"], share),
        delay_hours=_or(_number(row["delay_hours"]), usual.delay_hours),
        half_life_hours=_or(_number(row["half_life_hours"]), usual.half_life_hours),
        origin=row["origin"],
        confidence=_or(_number(row["confidence"]), usual.confidence),
        valid_from=_date(row["valid_from"]),
        valid_to=_date(row["valid_to"]),
        known_from=_date(row["known_from"]),
        disclosed_by=row["disclosed_by"] or None,
        share=share,
    )


def defaults_of(kind: DependenceKind) -> Defaults:
    """Return what holds for a relation unless a row says otherwise."""
    return _defaults()[kind]


@cache
def _defaults() -> Mapping[DependenceKind, Defaults]:
    return {
        DependenceKind(row["relation"]): Defaults(
            forward=_side(row["forward"], row["forward_per_share"]),
            backward=_side(row["backward"], row["backward_per_share"]),
            delay_hours=float(row["delay_hours"]),
            half_life_hours=float(row["half_life_hours"]),
            confidence=float(row["confidence"]),
        )
        for row in read_table("dependence_defaults")
    }


def _side(cell: str, per_share: str) -> Side:
    """Return a side such as `-0.05`; without a sign of its own, rows must give theirs."""
    sign = {"-": -1, "+": 1}.get(cell[:1], 0)
    return Side(sign, float(cell.lstrip("+-")), float(per_share or 0))


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _or(value: float | None, usual: float) -> float:
    return usual if value is None else value


def _date(cell: str) -> datetime | None:
    """Return the first instant, UTC, of a year, month or day."""
    if not cell:
        return None
    if len(cell) not in _DATE_FORMATS:
        raise ValueError(f"{cell!r} is no year, month or day")
    return datetime.strptime(cell, _DATE_FORMATS[len(cell)]).replace(tzinfo=UTC)
