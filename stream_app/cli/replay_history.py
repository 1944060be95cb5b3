"""The history of a run, opened and read as often as it is needed: all its sources in one order, with their ticks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from stream_app.adapters.kafka_range import TopicRange
from stream_app.clients import connection_of
from stream_app.replay.folder import RunFile
from stream_app.replay.laps import Step, with_ticks
from stream_app.replay.order import merged
from stream_app.replay.request import Request
from stream_app.replay.sources import Extent, open_sources
from stream_app.settings import Settings


class History:
    """What a request names; `expected` is how many entries there will be, judging by what the last reading saw."""

    def __init__(self, settings: Settings, run: RunFile) -> None:
        self._settings, self._run = settings, run
        self._request = Request.model_validate(run.request)
        self._extent = Extent()

    @property
    def expected(self) -> float | None:
        """How many entries there will be; None where nothing tells it."""
        return self._extent.expected_entries

    @contextmanager
    def steps(self) -> Iterator[Iterator[Step]]:
        """Yield the steps from the first on; what is read is open until the end. Outside of an event loop alone."""
        request, self._extent = self._request, Extent()
        with ExitStack() as opened:
            sources = open_sources(request, self._open_topic, opened, begun_at=self._run.begun_at, extent=self._extent)
            yield with_ticks(merged(sources, lateness=request.lateness), request.ticks)

    def _open_topic(self, topic: str) -> TopicRange:
        return TopicRange(connection_of(self._settings), topic, prefix=self._settings.topic_prefix)
