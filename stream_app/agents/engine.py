"""The Faust app, set up for at-least-once delivery of raw bytes; its topics are created elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust

from stream_app.adapters.kafka import Connection


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the workers of one group consume; times in seconds. Faust keeps its own files in `data_dir`.

    `rebalance_timeout` bounds how long a join waits for the other members. The embedded broker waits half of
    it at every first join, so it is short there.
    """

    group: str
    connection: Connection
    rebalance_timeout: float
    session_timeout: float
    heartbeat_interval: float
    commit_interval: float
    data_dir: Path


def engine(options: EngineOptions) -> faust.App:
    """Return a Faust app without agents.

    `processing_guarantee` stays at-least-once: exactly-once loses and hangs on rebalances
    (faust-streaming/faust #323, aio-libs/aiokafka #844), and event ids make repeats harmless.
    """
    brokers = str(options.connection["bootstrap_servers"]).split(",")
    return faust.App(
        options.group,
        broker=[f"kafka://{broker.strip()}" for broker in brokers],
        broker_credentials=_credentials(options.connection),
        broker_rebalance_timeout=options.rebalance_timeout,
        broker_session_timeout=options.session_timeout,
        broker_heartbeat_interval=options.heartbeat_interval,
        broker_commit_interval=options.commit_interval,
        consumer_auto_offset_reset="earliest",
        # Several agents read one topic; what they hold while a rebalance pauses them is never done: not waited for.
        stream_wait_empty=False,
        store="memory://",
        datadir=str(options.data_dir),
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        autodiscover=False,
        worker_redirect_stdouts=False,
    )


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
