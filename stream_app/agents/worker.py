"""Runs a Faust app until it is told to stop: signals, readiness, and how a process ends."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import faust
import structlog
from faust.exceptions import ConsumerNotStarted

from stream_app.adapters.whole_file import write_whole
from stream_app.pipeline.stall import Partition

_log = structlog.get_logger(__name__)


def exit_process(error: BaseException) -> None:
    """End the process at once, acknowledging nothing; its supervisor starts it again."""
    _log.error("the worker ends", reason=str(error) or type(error).__name__, exc_info=error)
    sys.stderr.write(f"stream-app: {error or type(error).__name__}\n")
    logging.shutdown()
    os._exit(getattr(error, "exit_code", 1))


def assigned_partitions(app: faust.App) -> set[Partition]:
    """Return the partitions that this worker consumes now; of changelogs nothing is ever committed."""
    # Not `app.consumer`: that makes one where there is none yet, for the loop that asks, and with it no start ends.
    consumer = app._consumer  # noqa: SLF001
    if consumer is None:
        return set()
    changelogs = app.tables.changelog_topics
    try:
        assigned = consumer.assignment()
    except ConsumerNotStarted:  # on its way: a busy machine takes its time
        return set()
    return {(tp.topic, tp.partition) for tp in assigned if tp.topic not in changelogs}


def asked_to_stop() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set, from now on; the first process of a container has no other way."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def ended_before(stop: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Do the work, which may wait for ever, or give it up when asked to stop; tell whether it was done."""
    doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        is_done = doing.done()
    finally:
        doing.cancel()
        stopping.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)
    if is_done:
        doing.result()  # raises what the work raised
    return is_done


async def run_until_stopped(app: faust.App, stop: asyncio.Event, *, on_ready: Callable[[], None]) -> None:
    """Run `app` until `stop` is set; the batch in hand is finished. Raises what made it crash.

    `on_ready` is called each time partitions have been assigned.
    """

    async def assigned(*_: Any, **__: Any) -> None:  # noqa: ANN401  (Faust is not typed)
        on_ready()

    app.on_rebalance_complete.connect(assigned, weak=False)
    # What is loaded by now, such as the graph, stays: the collector need not walk it again and again.
    gc.collect()
    gc.freeze()
    if not await ended_before(stop, app.start()):
        return  # what has not begun has nothing to finish, and a start that hangs would not hear of a stop either
    try:
        await app.wait_for_stopped(stop.wait())
    finally:
        await app.stop()
    if app.crash_reason is not None:
        raise app.crash_reason


def write_when_ready(path: Path | None, app: faust.App) -> Callable[[], None]:
    """Return a callback that makes `path`, by which a parent process sees that the worker consumes, and what."""

    def ready() -> None:
        _log.info("partitions are assigned")
        if path is not None:
            topics = {name for agent in app.agents.values() for name in agent.get_topic_names()}
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, "".join(f"{name}\n" for name in sorted(topics)))

    return ready
