"""Every exception that stream_app raises on purpose, in one tree.

    StreamAppError
    ├── ConfigurationError      what was typed or set is missing, wrong or contradicts itself: status 2
    ├── NotInstalled            a part that is left out of a plain installation is needed
    ├── ServerUnavailable       a server is away or did not become ready; waiting may help
    ├── ServerRejected          a server answered, and its answer is a refusal; waiting does not help
    ├── DataError               a file or stream does not hold what it should
    ├── DeadLetterLimitExceeded most of a stretch of records was invalid; the worker stops
    └── ConsumptionStalled      the worker no longer consumes although its topics grow

A message is one line: what happened, where, and what to do about it. A status of 2 is for what the command line and
the settings show to be wrong by themselves, with what settings name; what files, folders and servers hold is no part of
that, and ends with 1: the same call may succeed later.
"""

from __future__ import annotations


class StreamAppError(Exception):
    """Anything that the command line turns into one line and an exit status."""

    exit_code = 1


class ConfigurationError(StreamAppError):
    """What was typed or set is missing, malformed or contradicts itself: wrong use, as an unknown option is."""

    exit_code = 2


class NotInstalled(StreamAppError):  # noqa: N818  (the state of an installation, not a mistake)
    """A part that a plain installation lacks is needed."""


class ServerUnavailable(StreamAppError):  # noqa: N818  (the state of a server, not a mistake)
    """A server is away, or was not ready within its time; the same call may succeed later."""


class ServerRejected(StreamAppError):  # noqa: N818  (an answer, not a mistake)
    """A server answered with a refusal (login, shape, version) that waiting does not cure."""


class DataError(StreamAppError):
    """A file or stream does not hold what it should."""


class DeadLetterLimitExceeded(StreamAppError):  # noqa: N818  (a limit, not a mistake)
    """Most of a stretch of records was invalid: a bad deploy, not bad records."""

    exit_code = 3


class ConsumptionStalled(StreamAppError):  # noqa: N818  (a state of the worker)
    """The worker commits nothing while its topics grow."""

    exit_code = 4
