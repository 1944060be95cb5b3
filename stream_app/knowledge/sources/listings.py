"""Companies of twenty stock indices from the package pytickersymbols, cleaned of what its crawl mixed up."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pytickersymbols import PyTickerSymbols

from stream_app.knowledge.markets import UNITED_STATES, Market, mic_of_prefix, split_symbol
from stream_app.knowledge.names import slug, tidy
from stream_app.knowledge.sources.company import Company, listing_identity
from stream_app.knowledge.sources.countries import country_code
from stream_app.knowledge.sources.industries import Industry, industry_of
from stream_app.knowledge.sources.people import people_in

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_US_VENUES = ("NASDAQ", "NYSE")
_FORMER_LISTING = re.compile(r"Class ([A-C])")


def read_listings(industries: tuple[Industry, ...]) -> list[Company]:
    """Return the package's companies in the order of their names."""
    source = PyTickerSymbols()
    indices: dict[str, list[str]] = defaultdict(list)
    for index in sorted(source.get_all_indices()):
        for stock in source.get_stocks_by_index(index):
            indices[stock["name"]].append(index)
    stocks = sorted(source.get_all_stocks(), key=lambda stock: (stock["name"], stock.get("symbol") or ""))
    return [_company(stock, tuple(indices[stock["name"]]), industries) for stock in stocks]


def _company(stock: Mapping[str, Any], indices: tuple[str, ...], industries: tuple[Industry, ...]) -> Company:
    about = stock.get("metadata") or {}
    ticker, market = _primary(stock)
    isins = _isins(stock, market)
    industry = industry_of(stock.get("industries") or (), industries)
    us_tickers = _us_listings(stock)
    mic = _us_exchange(ticker, us_tickers, about.get("traded_as") or "") if market is UNITED_STATES else market.mic
    name = tidy(stock["name"])
    identities = {f"isin:{isin}" for isin in isins} | {listing_identity(one, "US") for one in us_tickers}
    identities |= {f"wiki:{about['wikipedia_url']}"} if about.get("wikipedia_url") else set()
    identities |= {listing_identity(ticker, mic)} if ticker else {f"name:{slug(name)}"}
    if _FORMER_LISTING.search(stock["name"]):
        identities.add(f"name:{slug(name)}")
    return Company(
        name=name,
        ticker=ticker,
        exchange=mic,
        isin=isins[0] if isins else "",
        isins=isins,
        tickers=tuple(us_tickers),
        industry=industry.id if industry else "",
        country=_country(stock.get("country") or "", isins, market if ticker else None),
        indices=indices,
        people=tuple(people_in(about.get("key_people") or "") + people_in(about.get("founder") or "")),
        identities=frozenset(identities),
    )


def _primary(stock: Mapping[str, Any]) -> tuple[str, Market]:
    symbol = stock.get("symbol") or ""
    ticker, market = split_symbol(symbol)
    if market is not UNITED_STATES or not symbol or _looks_american(stock):
        return ticker, market
    for other in stock.get("symbols") or ():  # a European company whose symbol lacks its exchange
        local, venue = split_symbol(other.get("yahoo") or "")
        if venue is not UNITED_STATES and local == ticker:
            return local, venue
    return "", market


def _looks_american(stock: Mapping[str, Any]) -> bool:
    if any(str(isin).startswith("US") for isin in stock.get("isins") or ()):
        return True
    return country_code(stock.get("country") or "") in {"", "US"} or bool(_us_listings(stock))


def _us_listings(stock: Mapping[str, Any]) -> dict[str, str]:
    """Return the tickers at NYSE and NASDAQ with their exchanges; over-the-counter receipts are no listings."""
    found: dict[str, str] = {}
    for other in stock.get("symbols") or ():
        prefix, colon, ticker = (other.get("google") or "").partition(":")
        if colon and prefix in _US_VENUES and ticker:
            found[ticker] = mic_of_prefix(prefix)
    return found


def _us_exchange(ticker: str, listed: Mapping[str, str], traded_as: str) -> str:
    if ticker in listed:
        return listed[ticker]
    folded = traded_as.upper()
    places = [(folded.find(venue), mic_of_prefix(venue)) for venue in _US_VENUES if venue in folded]
    return min(places)[1] if places else "US"


def _isins(stock: Mapping[str, Any], market: Market) -> tuple[str, ...]:
    """Return the ISINs with that of the primary listing first; those of another company's country are left out."""
    valid = [isin for isin in stock.get("isins") or () if _ISIN.fullmatch(isin)]
    local = [isin for isin in valid if isin.startswith(market.country)]
    return tuple(local or valid)


def _country(said: str, isins: tuple[str, ...], market: Market | None) -> str:
    if market and isins and isins[0].startswith(market.country):
        return market.country  # the crawl took some countries from other companies' receipts
    return country_code(said) or (market.country if market else "")
