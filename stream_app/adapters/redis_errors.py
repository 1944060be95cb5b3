"""Redis' exceptions as ours: a refusal stays one, whatever else goes wrong may pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from stream_app.errors import ServerRejected, ServerUnavailable

_PASSING = (
    *("ReadOnlyError", "READONLY", "OutOfMemoryError", "OOM"),  # a fail-over under way, keys that have yet to expire
    *("MISCONF", "NOREPLICAS", "BUSY", "LOADING"),  # a full disk, replicas away, a script, a start
    *("MasterDownError", "MASTERDOWN", "ClusterDownError", "CLUSTERDOWN", "TryAgainError", "TRYAGAIN"),
)
"""Refusals that pass: kinds of errors, and how Redis begins to tell of them, alone or out of a script."""


@contextmanager
def redis_errors() -> Iterator[None]:
    """Raise ServerUnavailable or ServerRejected for what the client raises within."""
    try:
        yield
    except (AuthenticationError, NoPermissionError) as error:
        raise ServerRejected(f"Redis refuses the login ({error}): check STREAM_APP_REDIS_URL") from error
    except ResponseError as error:
        if any(kind in f"{type(error).__name__} {error}" for kind in _PASSING):
            raise ServerUnavailable(f"Redis takes no commands now ({error}): it is tried again") from error
        raise ServerRejected(f"Redis refuses a command ({error}): check its version") from error
    except (RedisError, OSError) as error:
        raise ServerUnavailable(f"Redis does not answer ({error}): check STREAM_APP_REDIS_URL") from error
