"""What a subscription names and a graph does not know: no event meets it before the graph does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from stream_app.alerts.affiliation import group_labels
from stream_app.events.entity import EntityKind
from stream_app.events.subscription import Match
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.search import find_entities, near_names

_SUGGESTIONS = 3


def strangers(match: Match, graph: KnowledgeGraph) -> Iterator[str]:
    """Yield a line for each entity, ticker, industry and country that the graph does not know, with near ones."""
    ids = {one.id.casefold() for one in graph.entities}
    for name in _outside(match.entities, ids):
        near = [one.id for one in find_entities(graph, name)]
        yield _line("entity", name, near or near_names(graph, name))
    tickers = {one.ticker.casefold() for one in graph.entities if one.ticker}
    for name in _outside(tuple(one.removeprefix("$") for one in match.tickers or ()), tickers):
        near = [one.ticker for one in find_entities(graph, name) if one.ticker]
        yield _line("ticker", name, near or _close(name, tickers))
    groups = (("industry", match.industries, EntityKind.INDUSTRY), ("country", match.countries, EntityKind.COUNTRY))
    for what, names, kind in groups:
        known = group_labels(graph, kind)
        for name in _outside(names, known):
            yield _line(what, name, _close(name, known))


def _outside(names: Collection[str] | None, known: Collection[str]) -> Iterator[str]:
    return (name for name in names or () if name.casefold() not in known)


def _close(name: str, known: Collection[str]) -> list[str]:
    return get_close_matches(name.casefold(), known, n=_SUGGESTIONS)


def _line(what: str, name: str, near: list[str]) -> str:
    meant = f": did you mean {', '.join(near[:_SUGGESTIONS])}?" if near else ""
    return f"the graph knows no {what} “{name}”, so nothing will be told of it{meant}"
