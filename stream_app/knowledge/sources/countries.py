"""Countries and currencies of ISO 3166 and ISO 4217, with their Chinese names and those of everyday use."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache

import pycountry

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.facts import Facts
from stream_app.knowledge.graph import Alias, AliasStyle
from stream_app.knowledge.sources.tables import Row, read_table, row_aliases

_LONGEST_DOUBTFUL, _DOUBTFUL = 2, 0.4  # short Chinese names, such as 普拉, are often syllables of others
_COUNTRY_PRIOR, _CURRENCY_PRIOR, _CODE_PRIOR = 0.9, 0.8, 0.75
_US_STATES = "US-"


def country_id(code: str) -> str:
    """Return the id of the country with this ISO 3166 alpha-2 code."""
    return f"country:{code.lower()}"


def country_facts() -> Facts:
    """Return all ISO countries with the names that the table of everyday names adds."""
    facts = Facts()
    everyday = {row["slug"]: row for row in read_table("countries")}
    chinese = _chinese_names("iso3166-1")
    for country in sorted(pycountry.countries, key=lambda one: one.alpha_2):
        key = country_id(country.alpha_2)
        row = everyday.get(country.alpha_2.lower(), Row({}))
        name = row["name"] or getattr(country, "common_name", country.name)
        facts.entities.append(
            Entity(key, EntityKind.COUNTRY, name, country=country.alpha_2, prior=float(row["prior"] or _COUNTRY_PRIOR))
        )
        prior = float(row["prior"] or _COUNTRY_PRIOR)
        names = {name, country.name, getattr(country, "common_name", name), getattr(country, "official_name", name)}
        for text in names | {chinese(country.name)}:
            if "," not in text:
                facts.aliases.append(Alias(text, key, AliasStyle.NAME, prior))
        facts.aliases.extend(row_aliases(row, key))
    return facts


def currency_facts() -> Facts:
    """Return all ISO currencies and the crypto-currencies of the table, with who issues them."""
    facts = Facts()
    everyday = {row["slug"]: row for row in read_table("currencies")}
    chinese = _chinese_names("iso4217")
    for currency in sorted(pycountry.currencies, key=lambda one: one.alpha_3):
        row = everyday.pop(currency.alpha_3.lower(), Row({}))
        key = f"currency:{currency.alpha_3.lower()}"
        facts.add(_currency(key, row["name"] or currency.name, row))
        prior = float(row["prior"] or _CURRENCY_PRIOR)
        if " " in currency.name:  # alone, most are words too: won, real, sol
            facts.aliases.append(Alias(currency.name, key, AliasStyle.NAME, prior))
        local = chinese(currency.name)
        facts.aliases.append(Alias(local, key, AliasStyle.NAME, prior if len(local) > _LONGEST_DOUBTFUL else _DOUBTFUL))
        facts.aliases.append(Alias(currency.alpha_3, key, AliasStyle.CODE, float(row["code_prior"] or _CODE_PRIOR)))
        if row["country"] or pycountry.countries.get(alpha_2=currency.alpha_3[:2]):
            issuer = country_id(row["country"] or currency.alpha_3[:2])
            facts.relations.append(Relation(issuer, RelationKind.ISSUES_CURRENCY, key))
    for slug, row in sorted(everyday.items()):
        facts.add(_currency(f"currency:{slug}", row["name"], row))
    return facts


def _currency(key: str, name: str, row: Row) -> Facts:
    country = row["country"] or (key[9:11].upper() if len(key) == len("currency:usd") else "")
    known = country if pycountry.countries.get(alpha_2=country) else None
    entity = Entity(key, EntityKind.CURRENCY, name, country=known, prior=float(row["prior"] or _CURRENCY_PRIOR))
    aliases = row_aliases(row, key)
    if row["name"]:
        aliases.append(Alias(name, key, AliasStyle.NAME, entity.prior))
    return Facts([entity], aliases, [])


def _chinese_names(domain: str) -> Callable[[str], str]:
    return gettext.translation(domain, pycountry.LOCALES_DIR, languages=["zh_CN"]).gettext


@cache
def country_code(place: str) -> str:
    """Return the ISO 3166 alpha-2 code of a country or of an American place such as `Austin, Texas`, else empty."""
    *town, last = (part.strip() for part in place.rsplit(",", 1))
    if not last:
        return ""
    if town and last in _us_states():  # Atlanta, Georgia is not in the Caucasus
        return "US"
    try:
        return str(pycountry.countries.lookup(last).alpha_2)
    except LookupError:
        return ""


@cache
def _us_states() -> frozenset[str]:
    return frozenset(one.name for one in pycountry.subdivisions.get(country_code="US")) | {"D.C."}
