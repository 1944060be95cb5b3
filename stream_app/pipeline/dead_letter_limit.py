"""When to stop instead of draining a topic into dead letters: a bad deploy looks like bad records."""

from __future__ import annotations

from collections import deque

from stream_app.pipeline.records import Rejection, Result


class DeadLetterLimit:
    """Watches the last `stretch` results; exceeded when more than `share` of a full stretch was rejected."""

    def __init__(self, stretch: int, share: float) -> None:
        self.stretch = stretch
        self._allowed = stretch * share
        self._rejected: deque[bool] = deque(maxlen=stretch)

    def add(self, result: Result) -> None:
        """Count one more result."""
        self._rejected.append(isinstance(result, Rejection))

    @property
    def exceeded(self) -> bool:
        """Whether most of the last full stretch was invalid."""
        full = len(self._rejected) == self._rejected.maxlen
        return full and sum(self._rejected) > self._allowed
