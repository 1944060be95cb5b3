"""The version that batches are scored with follows the repository, and only to what Triton has ready."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.model_source import ModelSource, Opened
from stream_app.errors import DataError, ServerUnavailable
from stream_app.pipeline.reading import Reader
from tests.figures import Figures
from tests.unit.agents.world import encoder

ADOPTIONS = "stream_app_model_adoptions_total"


class Client:
    """A client that starts once its version is ready."""

    def __init__(self, *, ready: bool) -> None:
        self.ready, self.waiting, self.retired, self.stopped = ready, False, False, False

    async def start(self) -> None:
        if not self.ready:
            raise ServerUnavailable("not ready")

    async def stop(self) -> None:
        self.stopped = True

    def retire(self) -> None:
        self.retired = True


class Repository:
    """What is wanted and what is ready; the clients that were opened."""

    def __init__(self) -> None:
        self.wanted: int | None = 1
        self.ready, self.clients = {1}, dict[int, Client]()
        self.damaged = False

    def number(self) -> int | None:
        if self.damaged:
            raise DataError("damaged")
        return self.wanted

    def open(self, number: int) -> Opened:
        self.clients[number] = Client(ready=number in self.ready)
        model = MemoryModel(f"fusion-{number}")
        return Opened(number, self.clients[number], Reader(model, encoder(), topics=(), why_unread=lambda _: None))


def source_of(repository: Repository, figures: Figures | None = None) -> ModelSource:
    return ModelSource(repository.number, repository.open, figures or Figures(), role="served", poll_seconds=1)


async def test_promoted_version_is_taken_once_it_is_ready_and_not_before() -> None:
    repository, figures = Repository(), Figures()
    source = source_of(repository, figures)
    await source.start()
    repository.wanted = 2
    with capture_logs() as logs:
        for _ in range(3):
            await source.refresh()
    assert source.current.version == "fusion-1"
    assert repository.clients[2].stopped
    assert [line["error"] for line in logs] == ["not ready"]
    repository.ready = {1, 2}
    await source.refresh()
    assert source.current.version == "fusion-2"
    assert figures.counts[ADOPTIONS, "served", "fusion-2"] == 1


async def test_version_that_was_replaced_still_answers_what_is_in_hand() -> None:
    repository = Repository()
    source = source_of(repository)
    await source.start()
    repository.wanted, repository.ready = 2, {1, 2}
    await source.refresh()
    assert repository.clients[1].retired
    assert not repository.clients[1].stopped
    repository.clients[1].waiting = True
    assert source.waiting
    await source.stop()
    assert repository.clients[1].stopped
    assert repository.clients[2].stopped


async def test_repository_that_cannot_be_read_leaves_the_held_version() -> None:
    repository = Repository()
    source = source_of(repository)
    await source.start()
    repository.damaged = True
    await source.refresh()
    assert source.current.version == "fusion-1"


async def test_version_that_cannot_be_used_at_the_start_is_an_error() -> None:
    repository = Repository()
    repository.ready = set()
    with pytest.raises(ServerUnavailable):
        await source_of(repository).start()


async def test_role_that_nobody_has_holds_nothing() -> None:
    repository = Repository()
    source = source_of(repository)
    repository.wanted = None
    await source.start()
    assert source.reader is None
    repository.wanted = 1
    await source.refresh()
    assert source.reader is not None
    repository.wanted = None
    await source.refresh()
    assert source.reader is None
