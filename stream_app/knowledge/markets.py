"""Exchanges: how price sources write them, their ISO 10383 codes and their countries."""

from __future__ import annotations

from typing import NamedTuple


class Market(NamedTuple):
    """An exchange by its market identifier code, and the ISO 3166 country it is in."""

    mic: str
    country: str


AMERICAN = "US"
"""Stands for all exchanges of the United States, whose tickers are one set."""
US_EXCHANGES = frozenset({"XNAS", "XNYS", "XASE", "OTCM", AMERICAN})
UNITED_STATES = Market(AMERICAN, "US")
_BY_SUFFIX = {
    "T": Market("XTKS", "JP"),
    "L": Market("XLON", "GB"),
    "DE": Market("XETR", "DE"),
    "F": Market("XFRA", "DE"),
    "PA": Market("XPAR", "FR"),
    "MC": Market("XMAD", "ES"),
    "ST": Market("XSTO", "SE"),
    "AS": Market("XAMS", "NL"),
    "HE": Market("XHEL", "FI"),
    "BR": Market("XBRU", "BE"),
    "SW": Market("XSWX", "CH"),
    "MI": Market("XMIL", "IT"),
    "SZ": Market("XSHE", "CN"),
    "SH": Market("XSHG", "CN"),
    "HK": Market("XHKG", "HK"),
    "NS": Market("XNSE", "IN"),
    "IN": Market("XNSE", "IN"),
    "LN": Market("XLON", "GB"),
    "CA": Market("XTSE", "CA"),
    "BO": Market("XNSE", "IN"),
    "SS": Market("XSHG", "CN"),
    "TO": Market("XTSE", "CA"),
    "AX": Market("XASX", "AU"),
    "KS": Market("XKRX", "KR"),
    "TW": Market("XTAI", "TW"),
}
_BY_PREFIX = {
    "NASDAQ": "XNAS",
    "NYSE": "XNYS",
    "LON": "XLON",
    "TYO": "XTKS",
    "FRA": "XFRA",
    "ETR": "XETR",
    "BME": "XMAD",
    "AMS": "XAMS",
    "EPA": "XPAR",
    "EBR": "XBRU",
    "SWX": "XSWX",
    "STO": "XSTO",
    "HEL": "XHEL",
    "LSE": "XLON",
    "HKEX": "XHKG",
    "SEHK": "XHKG",
    "NSE": "XNSE",
    "SSE": "XSHG",
    "SZSE": "XSHE",
    "TSX": "XTSE",
    "ASX": "XASX",
    "KRX": "XKRX",
    "TWSE": "XTAI",
    "NYSE American": "XASE",
    "AMEX": "XASE",
    "NASDAQGS": "XNAS",
    "NASDAQGM": "XNAS",
    "NASDAQCM": "XNAS",
    "NASQ": "XNAS",
    "VTX": "XSWX",
    "BIT": "XMIL",
    "JSE": "XJSE",
    "OTCMKTS": "US",
    "OTC": "US",
    "OTCQX": "US",
    "OTCQB": "US",
    "TSXV": "XTSX",
    "CVE": "XTSX",
    "CSE": "XCNQ",
    "NZSE": "XNZE",
    "纳斯达克": "XNAS",
    "纽交所": "XNYS",
    "港交所": "XHKG",
    "上交所": "XSHG",
    "深交所": "XSHE",
    "HKG": "XHKG",
    "HK": "XHKG",
    "SH": "XSHG",
    "SHA": "XSHG",
    "SZ": "XSHE",
    "SHE": "XSHE",
    "BSE": "XNSE",
    "TSE": "XTKS",
}
PREFIXES = tuple(sorted(_BY_PREFIX, key=lambda prefix: (-len(prefix), prefix)))
"""How texts write exchanges in front of a ticker, the longest first."""


def split_symbol(symbol: str) -> tuple[str, Market]:
    """Return ticker and market of a symbol such as `SAP.DE`; one without a known suffix is American."""
    ticker, dot, suffix = symbol.rpartition(".")
    if dot and suffix in _BY_SUFFIX:
        return ticker, _BY_SUFFIX[suffix]
    return symbol, UNITED_STATES


def mic_of_suffix(suffix: str) -> str:
    """Return the market identifier code of a suffix such as `HK`, empty for one of several American exchanges."""
    market = _BY_SUFFIX.get(suffix)
    return market.mic if market else ""


def mic_of_prefix(prefix: str) -> str:
    """Return the market identifier code of a prefix such as `NASDAQ`, empty where it is not known."""
    return _BY_PREFIX.get(prefix) or _BY_PREFIX.get(prefix.upper(), "")
