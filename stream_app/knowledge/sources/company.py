"""A company as one source describes it, and as several do together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from stream_app.knowledge.graph import Alias
from stream_app.knowledge.markets import AMERICAN, US_EXCHANGES


@dataclass(frozen=True, slots=True)
class Company:
    """What one source says of a company; an empty value means that it does not say.

    `aliases` name the company `""`, since its id follows only after merging; `tickers` are those beside `ticker`.
    """

    name: str
    slug: str = ""
    ticker: str = ""
    exchange: str = ""
    isin: str = ""
    sector: str = ""
    country: str = ""
    industry: str = ""
    group: str = ""
    website: str = ""
    prior: float = 0.0
    isins: tuple[str, ...] = ()
    tickers: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    indices: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    identities: frozenset[str] = field(default_factory=frozenset)


def listing_identity(ticker: str, exchange: str) -> str:
    """Return the key under which sources mean the same listing; the exchanges of one country share tickers."""
    market = AMERICAN if exchange in US_EXCHANGES else exchange
    return f"{market}:{ticker.replace('-', '.').upper()}"


def merge_companies(companies: Iterable[Company]) -> list[Company]:
    """Return each company once: those that share an identity, directly or through others, become one.

    What an earlier company of the input says comes first.
    """
    groups: list[list[Company]] = []
    place_of: dict[str, int] = {}
    for company in companies:
        places = sorted({place_of[key] for key in company.identities if key in place_of})
        if not places:
            places = [len(groups)]
            groups.append([])
        target, *absorbed = places
        groups[target].append(company)
        for place in absorbed:
            groups[target].extend(groups[place])
            groups[place] = []
        for member in groups[target]:
            place_of.update(dict.fromkeys(member.identities, target))
    return [_merged(group) for group in groups if group]


def _merged(group: list[Company]) -> Company:
    together = Company(**{part.name: _joined([getattr(one, part.name) for one in group]) for part in fields(Company)})
    return replace(
        together,
        other_names=_others([one.name for one in group], together.name),
        tickers=_others([*(one.ticker for one in group), *together.tickers], together.ticker),
    )


def _joined(values: list[Any]) -> Any:  # noqa: ANN401  (whatever the field holds)
    """Return the first value that says something, or all that collections hold."""
    if isinstance(values[0], tuple):
        return tuple(dict.fromkeys(item for value in values for item in value))
    if isinstance(values[0], frozenset):
        return frozenset().union(*values)
    return next((value for value in values if value), values[0])


def _others(values: list[str], chosen: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value not in {"", chosen}))
