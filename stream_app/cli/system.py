"""The whole system on this machine: servers that are not configured, topics, graph and supervised workers."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.cli.target import EMBEDDED_TIMING
from stream_app.clients import ensure_topics, redis_of
from stream_app.embedded.running import announced
from stream_app.embedded.stack import Stack, embedded_stack
from stream_app.embedded.supervisor import Supervisor
from stream_app.embedded.triton import TritonOptions
from stream_app.embedded.worker import WorkerProcess
from stream_app.errors import ServerUnavailable
from stream_app.settings import Settings

Report = Callable[[str], None]
Overrides = Mapping[str, str]
Prepare = Callable[[Settings], Coroutine[None, None, None]]
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class System:
    """What runs: its addresses are in `settings`, its processes under `supervisor`."""

    settings: Settings
    supervisor: Supervisor
    pids: dict[str, int]
    consumed: set[str] = field(default_factory=set)
    """The topics that its workers consume, with their prefix."""


async def topics_and_graph(settings: Settings) -> None:
    """Create the topics, and publish a graph where none is."""
    await ensure_topics(settings)
    redis = redis_of(settings)
    try:
        store = RedisGraphStore(redis, prefix=settings.redis_prefix)
        if await store.current_version() is None:
            await store.publish(installed_graph())
    finally:
        await redis.aclose()


@contextmanager
def running_system(
    settings: Settings,
    *,
    workers: int,
    report: Report,
    overrides: Overrides = MappingProxyType({}),
    prepare: Prepare = topics_and_graph,
    parts: Collection[str] = (),
) -> Iterator[System]:
    """Start everything, yield when the workers consume, and stop what was started, whatever happens.

    `report` is told each step in one line; `overrides` are settings of this system alone; `prepare` is done before
    its workers start; of no `parts`, they run all.
    """
    with ExitStack() as running:
        servers = running.enter_context(_servers(settings, report))
        addresses = _addresses(servers)
        values = {**addresses, **overrides}
        system = System(settings=_with(values), supervisor=Supervisor(report), pids=servers.pids())
        servers.put_under(system.supervisor)
        running.callback(system.supervisor.stop)
        report("creating topics and loading the knowledge graph")
        asyncio.run(prepare(system.settings))
        report(f"starting {workers} worker" + ("s" if workers > 1 else ""))
        environment = _environment(values, embedded_broker=servers.broker is not None)
        _start_workers(system, environment, count=workers, parts=parts)
        running.enter_context(announced(settings.state_dir, addresses))
        yield system


@contextmanager
def _servers(settings: Settings, report: Report) -> Iterator[Stack]:
    broker, cache, triton = (
        address is None for address in (settings.kafka_brokers, settings.redis_url, settings.triton_url)
    )
    wanted = [name for name, missing in (("broker", broker), ("cache", cache), ("Triton", triton)) if missing]
    if wanted:
        report(f"starting {', '.join(wanted)}; logs are in {settings.state_dir / 'logs'}")
    options = TritonOptions(
        model_repository=settings.model_repository,
        server=settings.triton_server,
        model_config_name=settings.triton_model_config,
    )
    with embedded_stack(
        settings.state_dir,
        broker=broker,
        cache=cache,
        triton=options if triton else None,
        timeout_seconds=settings.start_timeout,
    ) as stack:
        yield stack


def _addresses(servers: Stack) -> dict[str, str]:
    """Return the addresses of what was started, by the names of their settings."""
    found = {name: getattr(servers, name) for name in ("kafka_brokers", "redis_url", "triton_url")}
    return {name: address for name, address in found.items() if address is not None}


def _with(values: Overrides) -> Settings:
    arguments: dict[str, Any] = dict(values)
    return Settings(**arguments)


def _environment(values: Overrides, *, embedded_broker: bool) -> dict[str, str]:
    timing = EMBEDDED_TIMING if embedded_broker else {}
    return {f"STREAM_APP_{name.upper()}": value for name, value in {**timing, **values}.items()}


def _start_workers(system: System, environment: Mapping[str, str], *, count: int, parts: Collection[str]) -> None:
    """Start workers under the supervisor; return when all of them consume."""
    settings = system.settings
    only = ["--only", ",".join(sorted(parts))] if parts else []
    with tempfile.TemporaryDirectory() as folder:
        ready = [Path(folder) / f"worker-{number}" for number in range(1, count + 1)]
        for number, file in enumerate(ready):
            port = {"STREAM_APP_METRICS_PORT": str(settings.metrics_port + number)} if settings.metrics_port else {}
            worker = WorkerProcess(
                file.name,
                [sys.executable, "-m", "stream_app", "worker", "--ready-file", str(file), *only],
                state_dir=settings.state_dir,
                environment=dict(environment) | port,
            )
            system.supervisor.watch_worker(worker)
            system.pids[worker.name] = worker.pid
        _await_files(ready, system)
        system.consumed.update(name for file in ready for name in file.read_text().split())


def _await_files(files: Sequence[Path], system: System) -> None:
    deadline = time.monotonic() + system.settings.start_timeout
    while missing := [file.name for file in files if not file.exists()]:
        system.supervisor.check()
        if time.monotonic() > deadline:
            logs = system.settings.state_dir / "logs"
            raise ServerUnavailable(
                f"{', '.join(missing)} did not begin to consume within {system.settings.start_timeout:g} s: "
                f"see {logs}, or raise STREAM_APP_START_TIMEOUT"
            )
        time.sleep(_LOOK_SECONDS)
