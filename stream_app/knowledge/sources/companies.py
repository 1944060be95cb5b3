"""All companies: the project's own table, the S&P 500, pytickersymbols and the A-shares of the CSI indices, merged."""

from __future__ import annotations

from dataclasses import replace

from stream_app.knowledge.graph import Alias, AliasStyle
from stream_app.knowledge.markets import split_symbol
from stream_app.knowledge.names import slug, tidy
from stream_app.knowledge.sources.company import Company, listing_identity, merge_companies
from stream_app.knowledge.sources.countries import country_code
from stream_app.knowledge.sources.industries import Industry, industry_of
from stream_app.knowledge.sources.listings import read_listings
from stream_app.knowledge.sources.tables import Row, read_table, row_aliases
from stream_app.knowledge.words import is_common_word

_CHINESE_NAME_PRIOR, _CHINESE_WORD_PRIOR = 0.9, 0.12


def read_companies(industries: tuple[Industry, ...]) -> list[Company]:
    """Return every company once; where sources differ, the project's own table is believed first."""
    sector_of = {industry.id: industry.sector for industry in industries}
    described = [*_own_table(), *_sp500(industries), *read_listings(industries), *_china_a_shares()]
    merged = merge_companies([*described, *_further_names()])
    return [replace(one, sector=one.sector or sector_of.get(one.industry, "")) for one in merged]


def _own_table() -> list[Company]:
    return [_own_company(row) for row in read_table("companies")]


def _further_names() -> list[Company]:
    """Return names for listings that other sources describe; what they call the company remains its name."""
    return [
        Company(
            name="",
            aliases=tuple(row_aliases(row, "")),
            identities=frozenset({listing_identity(row["ticker"], row["exchange"])}),
        )
        for row in read_table("company_names")
    ]


def _own_company(row: Row) -> Company:
    identities = {f"own:{row['slug']}", f"name:{row['slug']}"}
    if row["ticker"]:
        identities.add(listing_identity(row["ticker"], row["exchange"]))
    identities |= {listing_identity(ticker, "US") for ticker in row.items("us_tickers")}
    return Company(
        name=row["name"],
        slug=row["slug"],
        ticker=row["ticker"],
        exchange=row["exchange"],
        sector=row["sector"],
        country=row["country"],
        industry=_industry(row),
        group=f"company:{row['group']}" if row["group"] else "",
        prior=float(row["prior"] or 0.0),
        tickers=row.items("us_tickers"),
        aliases=tuple(row_aliases(row, "")),
        indices=row.items("indices"),
        identities=frozenset(identities),
    )


def _sp500(industries: tuple[Industry, ...]) -> list[Company]:
    """Return the S&P 500; a listing that lacks its ticker is known by the name that it has here too."""
    companies = []
    for row in read_table("sp500"):
        industry = industry_of([row["industry"]], industries)
        name = tidy(row["name"])
        companies.append(
            Company(
                name=name,
                ticker=row["ticker"],
                sector=row["sector"],
                industry=industry.id if industry else "",
                country=country_code(row["headquarters"]),
                indices=("S&P 500",),
                identities=frozenset({listing_identity(row["ticker"], "US"), f"name:{slug(name)}"}),
            )
        )
    return companies


def _china_a_shares() -> list[Company]:
    marks = read_table("chinese_industries")
    companies = []
    for row in read_table("china_a_shares"):
        ticker, market = split_symbol(row["code"])
        companies.append(
            Company(
                name=row["name"],
                ticker=ticker,
                exchange=market.mic,
                industry=next((_industry(mark) for mark in marks if mark["mark"] in row["name"]), ""),
                country="CN",
                aliases=(_chinese_name(row["name"]),),
                indices=(row["index"],),
                identities=frozenset({listing_identity(ticker, market.mic)}),
            )
        )
    return companies


def _chinese_name(name: str) -> Alias:
    return Alias(name, "", AliasStyle.NAME, _CHINESE_WORD_PRIOR if is_common_word(name) else _CHINESE_NAME_PRIOR)


def _industry(row: Row) -> str:
    return f"industry:{row['industry']}" if row["industry"] else ""
