"""Shadow scoring beside the stream: whatever becomes of the challenger, the stream does not notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from structlog.testing import capture_logs

from stream_app.agents.shadow import Shadow
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.isolation import at_once
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import TOPICS
from tests.figures import Figures
from tests.model_rows import linked_document, row_result
from tests.unit.agents.world import encoder

DOCUMENTS, LABELS = "stream_app_shadow_documents_total", "stream_app_shadow_labels_total"
DIFFERENCE = "stream_app_shadow_polarity_difference"


class Challenger:
    """A model that says what it is told, fails, or never answers."""

    def __init__(self, *, says: Sequence[float] = (0.1, 0.2, 0.7), error: Exception | None = None) -> None:
        self.version, self.says, self.error = "fusion-2", says, error
        self.answers = asyncio.Event()
        self.answers.set()
        self.asked = 0

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        self.asked += 1
        await self.answers.wait()
        if self.error:
            raise self.error
        return [row_result(row, document_probabilities=self.says) for row in rows]


def reader_of(model: Challenger) -> Reader:
    topics = [f"topic {number}" for number in range(TOPICS)]
    return Reader(model, encoder(), topics=topics, why_unread=lambda _: None)


async def served(count: int) -> list[Scored]:
    """Return documents as the served version scored them: all rise."""
    read = await reader_of(Challenger()).read([linked_document(f"profit rose {n}") for n in range(count)], at_once)
    return [one for one in read if isinstance(one, Scored)]


@asynccontextmanager
async def running(model: Challenger | None, figures: Figures, **options: float) -> AsyncIterator[Shadow]:
    reader = reader_of(model) if model else None
    shadow = Shadow(lambda: reader, figures, share=1.0, compute=at_once, pause_seconds=0.0, **options)
    task = asyncio.create_task(shadow.run())
    try:
        yield shadow
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(figures: Figures, outcome: str, count: int) -> None:
    async with asyncio.timeout(5):
        while figures.counts[DOCUMENTS, "fusion-2", outcome] < count:  # noqa: ASYNC110  (figures tell nobody)
            await asyncio.sleep(0.001)


async def test_agreement_is_measured_and_told() -> None:
    figures, documents = Figures(), await served(20)
    with capture_logs() as logs:
        async with running(Challenger(says=(0.6, 0.3, 0.1)), figures) as shadow:
            shadow.offer(documents, "fusion-1")
            await until(figures, "compared", 20)
    assert figures.counts[LABELS, "fusion-2", "other"] == 20
    assert figures.values[DIFFERENCE, "fusion-2"] == pytest.approx([1.1] * 20, abs=1e-6)
    (told,) = [line for line in logs if line["event"] == "the shadow was compared"]
    assert (told["documents"], told["label_agreement"], told["mean_absolute_polarity_difference"]) == (20, 0.0, 1.1)


async def test_failure_is_counted_and_the_next_documents_are_compared() -> None:
    figures, model, documents = Figures(), Challenger(error=RuntimeError("out of memory")), await served(3)
    async with running(model, figures) as shadow:
        shadow.offer(documents, "fusion-1")
        await until(figures, "failed", 3)
        model.error = None
        shadow.offer(documents, "fusion-1")
        await until(figures, "compared", 3)
    assert figures.counts[LABELS, "fusion-2", "same"] == 3


async def test_challenger_that_never_answers_holds_nothing_up_and_little_in_memory() -> None:
    figures, model, documents = Figures(), Challenger(), await served(30)
    model.answers.clear()
    async with running(model, figures, most_waiting=10) as shadow:
        for _ in range(10):
            shadow.offer(documents, "fusion-1")
            await asyncio.sleep(0)
        assert model.asked == 1
        assert figures.counts[DOCUMENTS, "fusion-2", "dropped"] >= 300 - 10 - 16


async def test_without_a_challenger_nothing_is_kept() -> None:
    figures, documents = Figures(), await served(3)
    async with running(None, figures) as shadow:
        shadow.offer(documents, "fusion-1")
        await asyncio.sleep(0.01)
    assert not figures.counts


async def test_challenger_that_has_been_promoted_is_not_compared_with_itself() -> None:
    figures, model, documents = Figures(), Challenger(), await served(3)
    async with running(model, figures) as shadow:
        shadow.offer(documents, "fusion-2")
        await asyncio.sleep(0.01)
    assert model.asked == 0


async def test_documents_of_a_version_that_a_rollback_made_the_challenger_are_not_compared_with_themselves() -> None:
    figures, model, documents = Figures(), Challenger(), await served(3)
    async with running(model, figures) as shadow:
        shadow.offer(documents, "fusion-1")
        model.version = "fusion-1"
        await asyncio.sleep(0.01)
    assert model.asked == 0
