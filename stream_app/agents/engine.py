"""The Faust app, set up for at-least-once delivery of raw bytes; its topics are created elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust

from stream_app.adapters.kafka import Connection
from stream_app.agents.consumer import InOrder
from stream_app.agents.in_hand import InHand


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the workers of one group consume; times in seconds. Faust keeps its own files in `data_dir`.

    `rebalance_timeout` bounds how long a join waits for the other members. The embedded broker waits half of
    it at every first join, so it is short there. A broker may hold a request for news for `fetch_wait`.
    `grace` bounds how long a stop waits for batches; a rebalance waits for `rebalance_timeout`, after which its
    group goes on without this member.
    """

    group: str
    connection: Connection
    rebalance_timeout: float
    fetch_wait: float
    session_timeout: float
    heartbeat_interval: float
    commit_interval: float
    data_dir: Path
    grace: float


class Engine(faust.App):  # type: ignore[misc]
    """A Faust app that waits, before it gives partitions away or stops, for the batches that agents have in hand."""

    in_hand: InHand
    grace: float
    fetch_wait: float

    def _new_transport(self) -> InOrder:
        return InOrder(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        # Faust makes the last folder of the path alone: in a container, where nothing is there yet, that fails.
        self.conf.datadir.mkdir(parents=True, exist_ok=True)
        super()._create_directories()

    async def _consumer_wait_empty(self, consumer: Any, logger: Any) -> None:  # noqa: ANN401  (the same)
        """Let the batches end, and commit them; the engine calls this when it has paused all partitions."""
        seconds = self.grace if self.should_stop else self.conf.broker_rebalance_timeout
        if not await self.in_hand.finished(seconds=seconds):
            logger.warning("a batch was not finished within %g s: what it did will be done again", seconds)
        await consumer.commit()


def engine(options: EngineOptions, in_hand: InHand) -> faust.App:
    """Return a Faust app without agents, whose agents count their batches in `in_hand`.

    `processing_guarantee` stays at-least-once: exactly-once loses and hangs on rebalances
    (faust-streaming/faust #323, aio-libs/aiokafka #844), and event ids make repeats harmless.
    """
    brokers = str(options.connection["bootstrap_servers"]).split(",")
    app = Engine(
        options.group,
        broker=[f"kafka://{broker.strip()}" for broker in brokers],
        broker_credentials=_credentials(options.connection),
        broker_rebalance_timeout=options.rebalance_timeout,
        broker_session_timeout=options.session_timeout,
        broker_heartbeat_interval=options.heartbeat_interval,
        broker_commit_interval=options.commit_interval,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,  # `Engine` waits
        store="memory://",
        datadir=str(options.data_dir),
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        autodiscover=False,
        worker_redirect_stdouts=False,
    )
    app.in_hand, app.grace, app.fetch_wait = in_hand, options.grace, options.fetch_wait
    return app


def _credentials(connection: Connection) -> Any:  # noqa: ANN401  (a Faust class, or None)
    protocol = connection.get("security_protocol", "PLAINTEXT")
    context = connection.get("ssl_context")
    if protocol.startswith("SASL"):
        return faust.SASLCredentials(
            mechanism=connection["sasl_mechanism"],
            username=connection["sasl_plain_username"],
            password=connection["sasl_plain_password"],
            ssl_context=context,
        )
    return faust.SSLCredentials(context=context) if protocol == "SSL" else None
