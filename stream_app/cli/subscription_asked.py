"""The options by which a subscription is described, the same for all commands that take one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from stream_app.cli.subscription_options import conditions_from, subscription_from, terms_from
from stream_app.events.subscription import Subscription

Entity = Annotated[list[str] | None, typer.Option(help="Id of an entity; repeatable, as all lists are.")]
Ticker = Annotated[list[str] | None, typer.Option(help="Ticker.")]
Industry = Annotated[list[str] | None, typer.Option(help="Id or name of an industry, or a sector's name.")]
Country = Annotated[list[str] | None, typer.Option(help="Code or name of a country.")]
Topic = Annotated[list[str] | None, typer.Option(help="Topic of the document.")]
Source = Annotated[list[str] | None, typer.Option(help="Source of the document.")]
Kind = Annotated[list[str] | None, typer.Option(help="sentiment or risk.")]
Direction = Annotated[str | None, typer.Option(help="adverse or favourable.")]
MinAbsPolarity = Annotated[float | None, typer.Option(help="Least size of the polarity, 0 to 1.")]
MinProbability = Annotated[float | None, typer.Option(help="Least probability, 0 to 1.")]
MinSeverity = Annotated[float | None, typer.Option(help="Least severity of a risk, 0 to 1.")]
MinNovelty = Annotated[float | None, typer.Option(help="Least novelty, 0 to 1.")]
Throttle = Annotated[str | None, typer.Option(metavar="entity|subscription:SECONDS", help="At most one in …")]
Hysteresis = Annotated[
    str | None, typer.Option(metavar="PART:SECONDS", help="Alert again below that part of a threshold, or quiet.")
]
Digest = Annotated[int | None, typer.Option(min=0, help="Seconds that one alert gathers events; 0: each.")]
File = Annotated[Path | None, typer.Option("--from", metavar="FILE.json", help="A subscription, or - .")]

_LISTS = {
    "entity": "entities",
    "ticker": "tickers",
    "industry": "industries",
    "country": "countries",
    "topic": "topics",
    "source": "sources",
    "kind": "kinds",
}
_SINGLE = ("direction", "min_abs_polarity", "min_probability", "min_severity", "min_novelty")
_TERMS = ("throttle", "hysteresis", "digest")


def is_described(asked: Mapping[str, Any]) -> bool:
    """Return whether any option or file says something about the subscription itself."""
    return any(asked[name] for name in (*_LISTS, "file")) or any(
        asked[name] is not None for name in (*_SINGLE, *_TERMS)
    )


def described(asked: Mapping[str, Any]) -> Subscription:
    """Return the subscription of a command's options, by their names."""
    lists = {plural: asked[one] for one, plural in _LISTS.items()}
    match = conditions_from(lists, {name: asked[name] for name in _SINGLE})
    return subscription_from(asked["name"], match, terms_from(*(asked[name] for name in _TERMS)), file=asked["file"])
