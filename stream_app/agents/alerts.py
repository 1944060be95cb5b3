"""The part `alerts` of a worker: subscriptions, matching and delivery on a Faust app."""

from __future__ import annotations

from dataclasses import dataclass, replace

import faust

from stream_app.agents.alerts_delivery import Delivery
from stream_app.agents.alerts_matching import Keeping, Matching
from stream_app.agents.alerts_outlet import Outlet
from stream_app.agents.alerts_table import SubscriptionTable
from stream_app.agents.guard import Die
from stream_app.agents.ingest import BatchOptions, add_ingest_agent
from stream_app.alerts.affiliation import Affiliate
from stream_app.alerts.ports import Partitions, StateLog
from stream_app.alerts.reading import ReadSubscription
from stream_app.events.topics import MATCHES, RISK, SENTIMENT, SUBSCRIPTIONS, TICKS

PART = "alerts"


@dataclass(frozen=True, slots=True)
class AlertsOutside:
    """What the part needs of the outside; `affiliate` tells the industries and countries of an entity.

    `read` tells what a record of `subscriptions` says.
    """

    outlet: Outlet
    table: SubscriptionTable
    state: StateLog
    partitions: Partitions
    affiliate: Affiliate
    read: ReadSubscription


def add_alerts(
    app: faust.App, outside: AlertsOutside, *, prefix: str, options: BatchOptions, die: Die, settle: bool
) -> None:
    """Let `app` turn events into alerts. `outside.table` has to be started before the app is."""
    matching = Matching(outside.table, outside.affiliate, outside.outlet, partitions=outside.partitions)
    keeping = Keeping(outside.outlet, read=outside.read)
    delivery = Delivery(outside.outlet, outside.state, settle=settle)
    named = replace(options, part=PART)
    for topic in (SENTIMENT, RISK, TICKS):
        add_ingest_agent(app, topic, matching.handle, prefix=prefix, options=named, die=die)
    add_ingest_agent(app, SUBSCRIPTIONS, keeping.handle, prefix=prefix, options=named, die=die)
    add_ingest_agent(app, MATCHES, delivery.handle, prefix=prefix, options=named, die=die)
