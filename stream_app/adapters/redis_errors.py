"""Redis' exceptions as ours: a refusal stays one, whatever else goes wrong may pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    AuthenticationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from stream_app.errors import ServerRejected, ServerUnavailable


@contextmanager
def redis_errors() -> Iterator[None]:
    """Raise ServerUnavailable or ServerRejected for what the client raises within."""
    try:
        yield
    except (ReadOnlyError, OutOfMemoryError) as error:  # a fail-over under way, or keys that have yet to expire
        raise ServerUnavailable(f"Redis takes no writes ({error}): it is tried again") from error
    except (AuthenticationError, NoPermissionError) as error:
        raise ServerRejected(f"Redis refuses the login ({error}): check STREAM_APP_REDIS_URL") from error
    except ResponseError as error:
        raise ServerRejected(f"Redis refuses a command ({error}): check its version") from error
    except (RedisError, OSError) as error:
        raise ServerUnavailable(f"Redis does not answer ({error}): check STREAM_APP_REDIS_URL") from error
