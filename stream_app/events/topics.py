"""Every topic: its name, what it holds and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from stream_app.events.alert import Alert
from stream_app.events.bar import Bar
from stream_app.events.correction import Correction
from stream_app.events.dead_letter import DeadLetter
from stream_app.events.document import Document
from stream_app.events.risk_effect import RiskEffect
from stream_app.events.risk_event import RiskEvent
from stream_app.events.rollup import Rollup
from stream_app.events.schema import Schema
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Subscription
from stream_app.events.tick import Tick

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the contract; `kept` None means compacted without an end."""

    name: str
    schema: type[Schema]
    key: str
    summary: str
    kept: timedelta | None
    compacted: bool = False
    tombstones_kept: timedelta | None = None

    def config(self) -> dict[str, str]:
        """Return the topic settings of Kafka that keep what the contract promises."""
        policies = [policy for policy, wanted in (("compact", self.compacted), ("delete", self.kept)) if wanted]
        config = {"cleanup.policy": ",".join(policies)}
        if self.kept is not None:
            config["retention.ms"] = str(self.kept // _MILLISECOND)
            if self.compacted:
                # A key's older values are other windows, not older states of one: they stay as long as the topic keeps.
                config["min.compaction.lag.ms"] = config["retention.ms"]
        if self.tombstones_kept is not None:
            config["delete.retention.ms"] = str(self.tombstones_kept // _MILLISECOND)
        return config


_DAY = timedelta(days=1)
NEWS = Topic("news.raw", Document, "source", "News items, as they come in.", 7 * _DAY)
SOCIAL = Topic("social.raw", Document, "source", "Social posts, as they come in.", 7 * _DAY)
BARS = Topic("market.bars", Bar, "ticker", "Prices and volumes.", 30 * _DAY)
SENTIMENT = Topic("sentiment.events", SentimentEvent, "entity id", "What a document says of an entity.", 30 * _DAY)
RISK = Topic("risk.events", RiskEvent, "exposed entity id", "Who else is exposed, and how.", 30 * _DAY)
ROLLUPS = Topic("sentiment.rollups", Rollup, "entity id", "An entity over a window.", 30 * _DAY, compacted=True)
TICKS = Topic("clock.ticks", Tick, "source", "Event time has reached an instant.", 7 * _DAY)
SUBSCRIPTIONS = Topic(
    "subscriptions", Subscription, "subscription name", "Who wants to hear of what.", None, compacted=True,
    tombstones_kept=30 * _DAY,  # they tell when the topic of a subscription that ended may go
)  # fmt: skip
ALERTS = Topic("alerts", Alert, "entity id", "Events that somebody subscribed to.", 7 * _DAY)
FEEDBACK = Topic("feedback", Correction, "event id", "People's labels for events.", None, compacted=True)
DEAD_LETTERS = Topic("dead.letters", DeadLetter, "source topic", "Records that could not be processed.", 30 * _DAY)

TICKS_EVERYWHERE = Topic("clock.ticks.all", Tick, "source", "Each tick, in every partition.", 7 * _DAY)
"""Written by the workers for themselves, so that each tick reaches the state of every partition."""
MATCHES = Topic(
    "subscriptions.matches", Schema, "subscription name", "Internal: what matched, on its way to an alert.", 7 * _DAY
)
ALERT_STATE = Topic(
    "subscriptions.state", Schema, "subscription name", "Internal: throttles, hysteresis, open digests.", None,
    compacted=True,
)  # fmt: skip

RISK_EFFECTS = Topic(
    "risk.effects", RiskEffect, "exposed entity id", "What one event does to another entity.", 7 * _DAY
)
"""Written by the workers for themselves: what is put together to risk events."""

TOPICS = (NEWS, SOCIAL, BARS, SENTIMENT, RISK, ROLLUPS, TICKS, SUBSCRIPTIONS, ALERTS, FEEDBACK, DEAD_LETTERS)
INPUTS = (NEWS, SOCIAL)
INTERNAL = (MATCHES, ALERT_STATE)
"""Topics that only our own workers read; their form may change."""


def alerts_of(subscription: str) -> str:
    """Return the name of the topic that has one subscription's alerts alone, without a prefix."""
    return f"{ALERTS.name}.{subscription}"


def by_name(name: str) -> Topic | None:
    """Return the topic of that name (without a prefix), or None."""
    return next((topic for topic in TOPICS if topic.name == name), None)
