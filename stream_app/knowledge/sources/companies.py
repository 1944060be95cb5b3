"""All companies: the project's own table, the S&P 500, pytickersymbols and the A-shares of the CSI indices, merged."""

from __future__ import annotations

from stream_app.knowledge.graph import Alias, AliasStyle
from stream_app.knowledge.sources.company import Company, listing_identity, merge_companies
from stream_app.knowledge.sources.countries import country_code
from stream_app.knowledge.sources.industries import Industry, industry_of
from stream_app.knowledge.sources.listings import read_listings
from stream_app.knowledge.markets import split_symbol
from stream_app.knowledge.sources.tables import Row, read_table, row_aliases

_CHINESE_SECTORS = (
    ("银行", "industry:banks", "Financials"),
    ("农商行", "industry:banks", "Financials"),
    ("证券", "industry:capital-markets", "Financials"),
    ("保险", "industry:insurance", "Financials"),
    ("人寿", "industry:insurance", "Financials"),
    ("医疗", "industry:medical-devices", "Health Care"),
    ("生物", "industry:biotechnology", "Health Care"),
    ("药", "industry:pharmaceuticals", "Health Care"),
    ("航空", "industry:airlines", "Industrials"),
    ("汽车", "industry:automobiles", "Consumer Discretionary"),
    ("客车", "industry:automobiles", "Consumer Discretionary"),
    ("电力", "industry:electric-utilities", "Utilities"),
    ("水务", "industry:water-utilities", "Utilities"),
    ("燃气", "industry:gas-utilities", "Utilities"),
    ("钢", "industry:metals-mining", "Materials"),
    ("矿业", "industry:metals-mining", "Materials"),
    ("铜业", "industry:metals-mining", "Materials"),
    ("铝业", "industry:metals-mining", "Materials"),
    ("黄金", "industry:metals-mining", "Materials"),
    ("稀土", "industry:metals-mining", "Materials"),
    ("锂业", "industry:metals-mining", "Materials"),
    ("水泥", "industry:construction-materials", "Materials"),
    ("石化", "industry:chemicals", "Materials"),
    ("化学", "industry:chemicals", "Materials"),
    ("煤业", "industry:oil-gas", "Energy"),
    ("煤", "industry:oil-gas", "Energy"),
    ("石油", "industry:oil-gas", "Energy"),
    ("高速", "industry:transport-logistics", "Industrials"),
    ("机场", "industry:transport-logistics", "Industrials"),
    ("港", "industry:transport-logistics", "Industrials"),
    ("电气", "industry:electrical-equipment", "Industrials"),
    ("传媒", "industry:media", "Communication Services"),
    ("网络", "industry:interactive-media", "Communication Services"),
    ("软件", "industry:software", "Information Technology"),
    ("电子", "industry:technology-hardware", "Information Technology"),
    ("微", "industry:semiconductors", "Information Technology"),
    ("酒", "industry:food-beverage", "Consumer Staples"),
    ("乳", "industry:food-beverage", "Consumer Staples"),
    ("地产", "industry:real-estate", "Real Estate"),
)


def read_companies(industries: tuple[Industry, ...]) -> list[Company]:
    """Return every company once; where sources differ, the project's own table is believed first."""
    return merge_companies(
        [*_own_table(industries), *_sp500(industries), *read_listings(industries), *_china_a_shares()]
    )


def _own_table(industries: tuple[Industry, ...]) -> list[Company]:
    sector_of = {industry.id: industry.sector for industry in industries}
    return [_own_company(row, sector_of) for row in read_table("companies")]


def _own_company(row: Row, sector_of: dict[str, str]) -> Company:
    industry = f"industry:{row['industry']}" if row["industry"] else ""
    identities = {f"own:{row['slug']}"}
    if row["ticker"]:
        identities.add(listing_identity(row["ticker"], row["exchange"]))
    identities |= {listing_identity(ticker, "US") for ticker in row.items("us_tickers")}
    return Company(
        name=row["name"],
        slug=row["slug"],
        ticker=row["ticker"],
        exchange=row["exchange"],
        sector=row["sector"] or sector_of.get(industry, ""),
        country=row["country"],
        industry=industry,
        group=f"company:{row['group']}" if row["group"] else "",
        prior=float(row["prior"] or 0.0),
        tickers=row.items("us_tickers"),
        aliases=tuple(row_aliases(row, "")),
        indices=row.items("indices"),
        identities=frozenset(identities),
    )


def _sp500(industries: tuple[Industry, ...]) -> list[Company]:
    companies = []
    for row in read_table("sp500"):
        industry = industry_of([row["industry"]], industries)
        companies.append(
            Company(
                name=row["name"],
                ticker=row["ticker"],
                sector=row["sector"],
                industry=industry.id if industry else "",
                country=country_code(row["headquarters"]),
                indices=("S&P 500",),
                identities=frozenset({listing_identity(row["ticker"], "US")}),
            )
        )
    return companies


def _china_a_shares() -> list[Company]:
    companies = []
    for row in read_table("china_a_shares"):
        ticker, market = split_symbol(row["code"])
        industry, sector = _sector_by_name(row["name"])
        companies.append(
            Company(
                name=row["name"],
                ticker=ticker,
                exchange=market.mic,
                sector=sector,
                industry=industry,
                country="CN",
                aliases=(Alias(row["name"], "", AliasStyle.NAME, 0.9),),
                indices=(row["index"],),
                identities=frozenset({listing_identity(ticker, market.mic)}),
            )
        )
    return companies


def _sector_by_name(name: str) -> tuple[str, str]:
    found = next(((industry, sector) for mark, industry, sector in _CHINESE_SECTORS if mark in name), ("", ""))
    return found
