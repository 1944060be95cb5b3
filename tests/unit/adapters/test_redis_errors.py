"""What Redis says becomes one of two answers: try again, or somebody has to change something."""

from __future__ import annotations

import pytest
from redis import exceptions

from stream_app.adapters.redis_errors import redis_errors
from stream_app.errors import ServerRejected, ServerUnavailable


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (exceptions.ConnectionError("refused"), ServerUnavailable),
        (exceptions.TimeoutError("slow"), ServerUnavailable),
        (exceptions.BusyLoadingError("loading"), ServerUnavailable),
        (exceptions.ReadOnlyError("replica"), ServerUnavailable),
        (exceptions.OutOfMemoryError("full"), ServerUnavailable),
        (exceptions.MasterDownError("link with the primary is down"), ServerUnavailable),
        (exceptions.ResponseError("MISCONF cannot persist on disk"), ServerUnavailable),
        (exceptions.ResponseError("Error running script: -OOM command not allowed"), ServerUnavailable),
        (exceptions.ResponseError("BUSY a script is running"), ServerUnavailable),
        (OSError("no route"), ServerUnavailable),
        (exceptions.AuthenticationError("wrong password"), ServerRejected),
        (exceptions.NoPermissionError("no rights"), ServerRejected),
        (exceptions.ResponseError("unknown command"), ServerRejected),
    ],
    ids=lambda one: getattr(one, "__name__", type(one).__name__),
)
def test_waiting_is_told_from_mending(raised: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=str(raised)), redis_errors():
        raise raised


def test_other_exceptions_pass_as_they_are() -> None:
    with pytest.raises(KeyError), redis_errors():
        raise KeyError("a bug")
