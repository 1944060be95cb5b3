"""The history of a run, opened and read as often as it is needed: all its sources in one order, with their ticks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from stream_app.adapters.kafka_range import TopicRange
from stream_app.clients import connection_of
from stream_app.replay.folder import RunFolder
from stream_app.replay.inventory import Inventory, Readers
from stream_app.replay.laps import Step, with_ticks
from stream_app.replay.order import merged
from stream_app.replay.request import Request
from stream_app.replay.sources import Extent, open_sources
from stream_app.settings import Settings


class History:
    """What a request names; `expected` is how many entries there will be, judging by what the last reading saw."""

    def __init__(self, settings: Settings, folder: RunFolder) -> None:
        self._settings, self._folder, self._run = settings, folder, folder.run()
        self._request = Request.model_validate(self._run.request)
        self._extent = Extent()

    @property
    def expected(self) -> float | None:
        """How many entries there will be; None where nothing tells it."""
        return self._extent.expected_entries

    @contextmanager
    def steps(self) -> Iterator[Iterator[Step]]:
        """Yield the steps from the first on; what is read is open until the end. Outside of an event loop alone.

        Each reading is of what was there at the first; DataError where that has changed.
        """
        request, begun_at, self._extent = self._request, self._run.begun_at, Extent()
        with ExitStack() as opened:
            readers = {topic: opened.enter_context(self._open_topic(topic)) for topic in request.topics}
            inventory = self._inventory(readers)
            sources = open_sources(
                request, readers, opened, inventory=inventory, begun_at=begun_at, extent=self._extent
            )
            yield with_ticks(merged(sources, lateness=request.lateness), request.ticks)

    def _inventory(self, readers: Readers) -> Inventory:
        if (before := self._folder.inventory()) is not None:
            before.check_there(self._request, readers)
            return before
        now = Inventory.of(self._request, readers)
        self._folder.note_inventory(now)
        return now

    def _open_topic(self, topic: str) -> TopicRange:
        return TopicRange(connection_of(self._settings), topic, prefix=self._settings.topic_prefix)
