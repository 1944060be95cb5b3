"""Free ports on loopback."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Sequence

from stream_app.errors import ServerUnavailable

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes the ports of outgoing connections (32768 and up): a port that was just found
# free there could be taken before the server binds it.
_FIRST, _LAST = 20_000, 32_767
_TRIES = 200


def is_free(port: int) -> bool:
    """Tell whether a server could bind the port on loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: Sequence[int] = ()) -> int:
    """Return a free port, picked by chance so that two processes that look at the same time seldom meet."""
    for _ in range(_TRIES):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST + 1)
        if port not in taken and is_free(port):
            return port
    raise ServerUnavailable(f"no free port between {_FIRST} and {_LAST} on {LOOPBACK}: stop some servers")
