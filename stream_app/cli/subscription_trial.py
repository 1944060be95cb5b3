"""`subscribe test`: which graph and which subscription it is about, and how people see what would have been sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.alerts.affiliation import Affiliate, affiliations, nowhere
from stream_app.cli.output import QUIET
from stream_app.cli.target import settings_in_use
from stream_app.clients import redis_of
from stream_app.errors import DataError
from stream_app.events.alert import Alert
from stream_app.events.subscription import Subscription
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.replay.folder import RunFolder
from stream_app.replay.trial import manifest_of

SHOWN = 10
_MOST_BARS = 40
_BAR_WIDTH = 40


@dataclass(slots=True)
class Account:
    """How many alerts there were, on which days, and the first ten."""

    alerts: int = 0
    by_day: Counter[date] = field(default_factory=Counter)
    first: list[Alert] = field(default_factory=list)

    def add(self, alert: Alert) -> None:
        """Count one more; a digest counts when it closes."""
        self.alerts += 1
        self.by_day[(alert.digest.closed_at if alert.digest else alert.published_at).date()] += 1
        if len(self.first) < SHOWN:
            self.first.append(alert)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        days = {str(day): count for day, count in sorted(self.by_day.items())}
        return {"alerts": self.alerts, "by_day": days, "shown": [one.model_dump(mode="json") for one in self.first]}


def account_of(alerts: Iterable[Alert]) -> Account:
    """Count alerts."""
    account = Account()
    for alert in alerts:
        account.add(alert)
    return account


def affiliate_for(folder: RunFolder, wish: Subscription) -> Affiliate:
    """Return what tells industries and countries, of the graph that the run was made with, if anybody asks for them."""
    if not (wish.match.industries or wish.match.countries):
        return nowhere
    wanted = manifest_of(folder).kg_version
    graph = asyncio.run(_loaded(folder, wanted)) or installed_graph()
    if graph.version != wanted:
        raise DataError(
            f"graph {wanted} of run {folder.name} is not at hand, which tells industries and countries: name the Redis "
            "that has it by STREAM_APP_REDIS_URL, or run the replay again"
        )
    return affiliations(graph)


async def _loaded(folder: RunFolder, version: str) -> KnowledgeGraph | None:
    """Return the graph from Redis, from the run's namespace or the live one; None where it is not there."""
    settings = settings_in_use()
    if settings.redis_url is None:
        return None
    redis = redis_of(settings)
    try:
        for prefix in (folder.run().namespace.redis_prefix, settings.redis_prefix):
            store = RedisGraphStore(redis, prefix=prefix)
            if await store.current_version() == version:
                return await store.load(version)
    finally:
        await redis.aclose()
    return None


def shown(account: Account, wish: Subscription, run: str) -> RenderableType:
    """Return how many, when, and the first ten, for people."""
    head = Text.assemble((f"{account.alerts:,}", "bold"), f" alerts of {wish.name} on run {run}")
    return Group(head, _days(account.by_day), _alerts(account.first)) if account.alerts else head


def _days(by_day: Mapping[date, int]) -> Table:
    """Return a bar for each day, or for each month where there are many."""
    sums: Counter[str] = Counter()
    form = "%Y-%m-%d" if len(by_day) <= _MOST_BARS else "%Y-%m"
    for day, count in sorted(by_day.items()):
        sums[day.strftime(form)] += count
    most = max(sums.values())
    table = Table("when", "alerts", "", box=None, pad_edge=False)
    for when, count in sums.items():
        table.add_row(when, f"{count:,}", Text("█" * max(1, count * _BAR_WIDTH // most), style=QUIET))
    return table


def _alerts(alerts: Iterable[Alert]) -> Table:
    table = Table("published", "digest", "reason", box=None, pad_edge=False, title="the first", title_justify="left")
    for one in alerts:
        count = f"{one.digest.count} events" if one.digest else ""
        table.add_row(f"{one.published_at:%Y-%m-%d %H:%M:%S}", count, Text(one.reason))
    return table
