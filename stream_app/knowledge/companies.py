"""Companies as part of the graph: their ids, their many names and their relations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from stream_app.errors import DataError
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.facts import Facts
from stream_app.knowledge.graph import Alias, AliasStyle
from stream_app.knowledge.markets import US_EXCHANGES
from stream_app.knowledge.names import head_word, slug, without_accents, without_group, without_legal_form
from stream_app.knowledge.sources.company import Company
from stream_app.knowledge.sources.countries import country_id
from stream_app.knowledge.sources.things import leader_facts
from stream_app.knowledge.words import is_common_word

_KNOWN_PRIOR, _LEAST_PRIOR, _PRIOR_STEP = 0.95, 0.6, 0.1
_COMMON_PRIOR, _PERSONAL_PRIOR, _GROUP_PRIOR, _HEAD_PRIOR = 0.05, 0.3, 0.7, 0.6
_TICKER_PRIOR, _FOREIGN_TICKER_PRIOR, _WORD_TICKER_PRIOR = 0.6, 0.2, 0.04
_NOBODY: frozenset[str] = frozenset()
_LEADING = frozenset(
    (
        "S&P 500",
        "NASDAQ 100",
        "FTSE 100",
        "DAX",
        "CAC_40",
        "EURO STOXX 50",
        "NIKKEI 225",
        "IBEX 35",
        "AEX",
        "Switzerland 20",
    )
)
_LEADING_STEP, _LEADING_SHORT_PRIOR = 0.15, 0.9
_LITTLE_KNOWN, _PLAIN_WORDS = 0.7, 0.6  # `Community Bank` is more often any bank of that kind
_MIN_NAME, _MIN_HEAD = 2, 5
_ORDINARY_TICKER = 3


def company_facts(companies: Iterable[Company], *, others: Iterable[Alias] = ()) -> Facts:
    """Return companies as entities, with their key people; what `others` are called is not derived for a company."""
    named = _with_ids(list(companies))
    heads = Counter(company.name.split()[0].lower() for company in named.values())
    stated = chain(others, *(company.aliases for company in named.values()))
    claimed = frozenset(_claim(alias) for alias in stated)
    bearers = _bearers(named)
    facts = Facts()
    for key, company in named.items():
        facts.entities.append(_entity(key, company))
        facts.aliases.extend(_aliases(key, company, heads=heads, claimed=claimed, bearers=bearers))
        facts.relations.extend(_relations(key, company))
    own = frozenset((alias.entity, alias.text) for alias in facts.aliases)
    facts.add(leader_facts(((key, company.people) for key, company in named.items()), own=own))
    return facts


def _bearers(companies: dict[str, Company]) -> dict[str, frozenset[str]]:
    """Return for each word of a key person's name the companies whose people bear it."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, company in companies.items():
        for name in company.people:
            for word in name.split():
                found[word].add(key)
    return {word: frozenset(keys) for word, keys in found.items()}


def _with_ids(companies: list[Company]) -> dict[str, Company]:
    """Give each company its slug; where several would share one, their countries or tickers tell them apart."""
    wanted = Counter(company.slug or _slug(company) for company in companies)
    taken: dict[str, Company] = {}
    for company in companies:
        plain = company.slug or _slug(company)
        candidates = [plain] if company.slug or wanted[plain] == 1 else []
        candidates += [f"{plain}-{company.ticker}", f"{plain}-{company.country}-{company.ticker}"]
        free = [key for one in candidates if (key := f"company:{slug(one)}") not in taken]
        if not free:
            raise DataError(f"two companies are {candidates[-1]}: tell them apart in companies.csv by a slug")
        taken[free[0]] = company
    return taken


def _slug(company: Company) -> str:
    return slug(without_legal_form(company.name)) or f"{company.country.lower()}-{company.ticker}"


def _is_leading(company: Company) -> bool:
    return not _LEADING.isdisjoint(company.indices)


def _prominence(company: Company) -> float:
    if company.prior:
        return company.prior
    leading = _LEADING_STEP if _is_leading(company) else 0.0
    return min(_LEAST_PRIOR + leading + _PRIOR_STEP * len(company.indices), _KNOWN_PRIOR)


def _entity(key: str, company: Company) -> Entity:
    return Entity(
        id=key,
        kind=EntityKind.COMPANY,
        name=company.name,
        ticker=company.ticker or None,
        exchange=company.exchange if len(company.exchange) == len("XNAS") else None,
        isin=company.isin or None,
        sector=company.sector or None,
        country=company.country or None,
        prior=_prominence(company),
    )


def _aliases(
    key: str, company: Company, *, heads: Counter[str], claimed: frozenset[str], bearers: dict[str, frozenset[str]]
) -> Iterable[Alias]:
    """Yield a company's aliases; what the project's own table gives to somebody is not derived for others.

    A name that persons of other companies bear as well, such as Williams, says less; a founder's is the company's own.
    """
    yield from (replace(alias, entity=key) for alias in company.aliases)
    for name in (company.name, *company.other_names):
        for text, prior in _forms(name, heads, is_leading=_is_leading(company)):
            if claimed.isdisjoint({text, text.lower()}) and len(text) >= _MIN_NAME:
                known = min(prior, _PERSONAL_PRIOR) if bearers.get(text, _NOBODY) - {key} else prior
                yield _name_alias(text, key, known * _prominence(company))
    for ticker in dict.fromkeys((company.ticker, *company.tickers)):
        if ticker:
            yield Alias(ticker, key, AliasStyle.TICKER, _ticker_prior(ticker, company))


def _claim(alias: Alias) -> str:
    """Return what a row's alias keeps others from: a code is written in capitals, so `Wabco` is free beside `WABCO`."""
    return alias.text if alias.style is AliasStyle.CODE else alias.text.lower()


def _ticker_prior(ticker: str, company: Company) -> float:
    """Return how likely the bare ticker means the company: outside America hardly anybody writes them."""
    if is_common_word(ticker) or len(ticker) < _ORDINARY_TICKER or not ticker.isalpha():
        return _WORD_TICKER_PRIOR
    american = ticker in company.tickers or company.exchange in US_EXCHANGES or company.country == "US"
    return _TICKER_PRIOR if american else _FOREIGN_TICKER_PRIOR


def _forms(name: str, heads: Counter[str], *, is_leading: bool) -> Iterable[tuple[str, float]]:
    """Yield the ways of writing a company's name, with how much each says by itself.

    Whom everybody knows is called by the short name: Akamai for Akamai Technologies.
    """
    legal, grouped, head = without_legal_form(name), without_group(name), head_word(name)
    forms = {name: 1.0, legal: 1.0}
    if grouped != legal and not is_common_word(grouped):
        forms[grouped] = _LEADING_SHORT_PRIOR if is_leading else _GROUP_PRIOR
    if head and len(head) >= _MIN_HEAD and not is_common_word(head) and heads[head.lower()] == 1:
        forms.setdefault(head, _LEADING_SHORT_PRIOR if is_leading else _HEAD_PRIOR)
    for text, prior in list(forms.items()):
        forms.setdefault(without_accents(text), prior)
    return forms.items()


def _name_alias(text: str, key: str, prior: float) -> Alias:
    style = AliasStyle.CODE if text.isalnum() and text.isupper() and text.isascii() else AliasStyle.NAME
    if not is_common_word(text):
        if not all(is_common_word(word) for word in text.split()):
            return Alias(text, key, style, prior)
        if prior <= _LITTLE_KNOWN:
            return Alias(text, key, style, prior * _PLAIN_WORDS)
        return Alias(text, key, style, prior, common=True)
    return Alias(text, key, style, _WORD_TICKER_PRIOR if style is AliasStyle.CODE else _COMMON_PRIOR)


def _relations(key: str, company: Company) -> Iterable[Relation]:
    if company.industry:
        yield Relation(key, RelationKind.IN_INDUSTRY, company.industry)
    if company.country:
        yield Relation(key, RelationKind.IN_COUNTRY, country_id(company.country))
    if company.group:
        yield Relation(key, RelationKind.SAME_GROUP_AS, company.group)
    for index in company.indices:
        yield Relation(key, RelationKind.CONSTITUENT_OF, f"index:{slug(index.replace('_', ' '))}")
