"""The embedded servers together: those that are not configured to be elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from stream_app.embedded.broker import start_broker
from stream_app.embedded.cache import start_cache
from stream_app.embedded.server import RunningServer
from stream_app.embedded.supervisor import Supervisor
from stream_app.embedded.triton import TritonOptions, start_triton

BROKER_LOSES = (
    "it keeps topics in memory only, so all that was in them is gone: "
    "start again, or set STREAM_APP_KAFKA_BROKERS to a broker that keeps its data"
)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The servers that were started; None for those that are elsewhere."""

    broker: RunningServer | None
    cache: RunningServer | None
    triton: RunningServer | None

    @property
    def kafka_brokers(self) -> str | None:
        """Address of the broker."""
        return self.broker.address if self.broker else None

    @property
    def redis_url(self) -> str | None:
        """URL of the cache."""
        return f"redis://{self.cache.address}/0" if self.cache else None

    @property
    def triton_url(self) -> str | None:
        """Address of Triton's gRPC."""
        return self.triton.address if self.triton else None

    def pids(self) -> dict[str, int]:
        """Return the process ids of the servers by their names."""
        return {server.name: server.pid for server in (self.broker, self.cache, self.triton) if server}

    def put_under(self, supervisor: Supervisor) -> None:
        """Let the supervisor start cache and Triton again when they end; the broker's end is the end of all."""
        if self.broker:
            supervisor.watch_server(self.broker, loses=BROKER_LOSES)
        for server in filter(None, (self.cache, self.triton)):
            supervisor.watch_server(server)


@contextmanager
def embedded_stack(
    state_dir: Path,
    *,
    broker: bool = True,
    cache: bool = True,
    triton: TritonOptions | None = None,
    timeout_seconds: float = 60.0,
) -> Iterator[Stack]:
    """Start the wanted servers one after the other, and stop them at the end, whatever happened."""
    with ExitStack() as started:
        keep = started.enter_context
        yield Stack(
            broker=keep(start_broker(state_dir, timeout_seconds=timeout_seconds)) if broker else None,
            cache=keep(start_cache(state_dir, timeout_seconds=timeout_seconds)) if cache else None,
            triton=keep(start_triton(state_dir, triton, timeout_seconds=timeout_seconds)) if triton else None,
        )
