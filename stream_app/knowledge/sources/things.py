"""The rest of the own tables: central banks, commodities, indices, indicators, organisations, people and products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.facts import Facts
from stream_app.knowledge.graph import Alias, AliasStyle
from stream_app.knowledge.names import slug
from stream_app.knowledge.sources.countries import country_id
from stream_app.knowledge.sources.people import plain_person_name
from stream_app.knowledge.sources.tables import Row, read_table, row_aliases
from stream_app.knowledge.words import is_common_word

_TABLES = {
    "central_banks": EntityKind.CENTRAL_BANK,
    "commodities": EntityKind.COMMODITY,
    "indices": EntityKind.INDEX,
    "macro_indicators": EntityKind.MACRO_INDICATOR,
    "organisations": EntityKind.ORGANISATION,
    "people": EntityKind.PERSON,
    "products": EntityKind.PRODUCT,
}
_BELONGS = {EntityKind.PERSON: RelationKind.KEY_PERSON_OF, EntityKind.PRODUCT: RelationKind.MAKES_PRODUCT}
_PRIOR, _PERSON_PRIOR, _SHARED_NAME_PRIOR = 0.9, 0.9, 0.55
_SHARED_BY = 6


def table_facts() -> Facts:
    """Return what the tables hold."""
    facts = Facts()
    for table, kind in _TABLES.items():
        for row in read_table(table):
            facts.add(_row_facts(row, kind))
    return facts


def _row_facts(row: Row, kind: EntityKind) -> Facts:
    key = f"{kind}:{row['slug'] or slug(row['name'])}"
    prior = float(row["prior"] or _PRIOR)
    entity = Entity(key, kind, row["name"], ticker=row["ticker"] or None, country=row["country"] or None, prior=prior)
    aliases = row_aliases(row, key)
    if row["name"] not in {alias.text for alias in aliases} and not is_common_word(row["name"]):
        aliases.append(Alias(row["name"], key, AliasStyle.NAME, prior))
    relations = [_belongs(key, kind, owner) for owner in row.items("of")]
    if kind is EntityKind.CENTRAL_BANK and row["country"]:
        relations.append(Relation(key, RelationKind.CENTRAL_BANK_OF, country_id(row["country"])))
    elif row["country"]:
        relations.append(Relation(key, RelationKind.IN_COUNTRY, country_id(row["country"])))
    return Facts([entity], aliases, relations)


def _belongs(key: str, kind: EntityKind, owner: str) -> Relation:
    if kind is EntityKind.PRODUCT:
        return Relation(owner, RelationKind.MAKES_PRODUCT, key)
    return Relation(key, _BELONGS.get(kind, RelationKind.SAME_GROUP_AS), owner)


def leader_facts(
    leaders: Iterable[tuple[str, tuple[str, ...]]], *, own: frozenset[tuple[str | None, str]] = frozenset()
) -> Facts:
    """Return the key people of companies, given as pairs of a company's id and names.

    Who has one of the commonest surnames shares his name with many others, so it says less. What companies call
    themselves (`own`) names no founder: Eli Lilly and John Deere are the companies.
    """
    known = [(company, name) for company, names in leaders for name in names]
    surnames = Counter(surname for surname, _ in {(plain_person_name(name).split()[-1], name) for _, name in known})
    facts = Facts()
    for company, name in known:
        shared = surnames[plain_person_name(name).split()[-1]] >= _SHARED_BY
        prior = _SHARED_NAME_PRIOR if shared else _PERSON_PRIOR
        key = f"{EntityKind.PERSON}:{slug(plain_person_name(name))}"
        facts.entities.append(Entity(key, EntityKind.PERSON, name, prior=prior))
        for text in {name, plain_person_name(name)}:
            if (company, text) not in own:
                facts.aliases.append(Alias(text, key, AliasStyle.NAME, prior))
        facts.relations.append(Relation(key, RelationKind.KEY_PERSON_OF, company))
    return facts


def blocked_phrases() -> list[Alias]:
    """Return phrases that look like a name and are none, each with no entity."""
    return [Alias(row["phrase"], None, AliasStyle(row["style"] or "name"), 1.0) for row in read_table("not_names")]
