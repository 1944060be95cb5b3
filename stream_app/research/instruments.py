"""Which entity a bar's ticker is of: as the stream reads a cashtag, so that FB is Meta's and BA Boeing's."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from stream_app.errors import DataError
from stream_app.events.entity import EntityKind
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker

_LISTED = (EntityKind.COMPANY, EntityKind.INDEX, EntityKind.COMMODITY)


def tickers_by_entity(tickers: Iterable[str], graph: KnowledgeGraph) -> dict[str, str]:
    """Return the ticker of each entity that has bars; of several (UL and UN are Unilever's) the first by name.

    A ticker is read as an American one, else as the likeliest of any exchange.
    """
    linker = Linker(graph)
    found: dict[str, str] = {}
    for ticker in sorted(tickers):
        linked = linker.link((("body", f"${ticker}"),)) or linker.link((("body", ""),), [ticker])
        listed = [one.entity.id for one in linked if one.entity.kind in _LISTED]
        if listed:
            found.setdefault(listed[0], ticker)
    return found


def tickers_in(path: Path) -> dict[str, str]:
    """Read a CSV file with the columns `ticker` and `entity`; DataError for any other."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {row["entity"]: row["ticker"] for row in csv.DictReader(file)}
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise DataError(f"{path} has no columns ticker and entity ({error}): mend it") from error
