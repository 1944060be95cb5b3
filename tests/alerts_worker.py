"""A worker of the part `alerts` alone, on the servers of the settings; `python tests/alerts_worker.py READY_FILE`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.telemetry import PrometheusTelemetry
from stream_app.agents.alerts import add_alerts
from stream_app.agents.engine import EngineOptions, engine
from stream_app.agents.ingest import BatchOptions
from stream_app.agents.patience import Patience
from stream_app.agents.worker import exit_process, run_until_stopped, touch_when_ready
from stream_app.clients import connection_of, ensure_topics
from stream_app.compose_alerts import AlertSurroundings, alerts_outside
from stream_app.knowledge.graph import make_graph
from stream_app.settings import Settings


async def run(settings: Settings, ready_file: Path) -> None:
    """Run until SIGTERM."""
    connection, telemetry = connection_of(settings), PrometheusTelemetry()
    patience, log = Patience(telemetry), KafkaEventLog(connection, prefix=settings.topic_prefix)
    graph = make_graph([], [], relations=[])
    around = AlertSurroundings(
        connection, settings.topic_prefix, 1, log=log, clock=SystemClock(), telemetry=telemetry, patience=patience
    )
    alerts = alerts_outside(around, lambda: graph)
    app = engine(
        EngineOptions(
            group=settings.consumer_group,
            connection=connection,
            rebalance_timeout=settings.kafka_rebalance_timeout,
            session_timeout=settings.kafka_session_timeout,
            heartbeat_interval=1.0,
            data_dir=settings.state_dir / "faust",
        )
    )
    batch = BatchOptions(most=settings.batch_documents, within=settings.batch_wait, grace=20)
    add_alerts(app, alerts, prefix=settings.topic_prefix, options=batch, die=exit_process)
    async with AsyncExitStack() as running:
        await patience.until_available(partial(ensure_topics, settings))
        await log.start()
        running.push_async_callback(log.stop)
        await alerts.table.start(patience)
        running.push_async_callback(alerts.table.stop)
        await run_until_stopped(app, on_ready=touch_when_ready(ready_file))


if __name__ == "__main__":
    asyncio.run(run(Settings(), Path(sys.argv[1])))
