"""Documents for the commands of `model`, from a file of JSON lines, standard input, or what an input topic holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import typer

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.files import open_file, read_lines
from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.inputs import Input
from stream_app.cli.local import local_model
from stream_app.cli.output import announce, progress
from stream_app.cli.target import settings_with_kafka, topic_reader
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.decode import decode
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.records import Record, Rejection
from stream_app.pipeline.score_lines import read_line
from stream_app.pipeline.snapshot import Snapshot
from stream_app.settings import Settings
from stream_app.training.labelling.answers import Answer, Answerer


def read_documents(file: str | None, topic: Input, *, from_topic: bool) -> list[TextDocument]:
    """Return the documents of a file, or of what the topic holds now; what is none is counted and left out."""
    if (file is None) != from_topic:
        raise typer.BadParameter("give a FILE, or --from-topic")
    read = list(_of_file(file, topic) if file is not None else asyncio.run(topic_documents(topic)))
    documents = [one for one in read if isinstance(one, TextDocument)]
    if len(documents) < len(read):
        announce(f"{len(read) - len(documents)} of {len(read)} records are no documents; left out")
    return documents


async def topic_documents(topic: Input) -> list[TextDocument | Rejection]:
    """Return what an input topic holds now."""
    return [decode(record) for record in await topic_records(topic)]


async def topic_records(topic: str) -> list[Record]:
    """Return the records that a topic holds now."""
    async with topic_reader(settings_with_kafka(), topic, from_start=True) as reader:
        return [record async for record in reader.read_to_end()]


def _of_file(name: str, topic: Input) -> Iterator[TextDocument | Rejection]:
    now = SystemClock().now()
    with open_file(name) as file:
        for value in read_lines(file, name):
            line = read_line(value, topic, now=now)
            yield line if isinstance(line, Rejection) else line.document


def answerer(settings: Settings) -> Answerer:
    """Return what asks the served version in this process; makes model and graph ready, which takes seconds."""
    model, files = local_model(settings)
    graph = installed_graph()
    return Answerer(model, files, Snapshot(graph.version, Linker(graph)))


def all_answers(asked: Answerer, documents: Sequence[TextDocument]) -> list[Answer | None]:
    """Return what the model says of each document, None where it cannot read it."""
    with progress() as shown:
        task = shown.add_task("reading", total=len(documents))
        return asyncio.run(asked.answer(documents, lambda done: shown.update(task, completed=done)))


def answers_of(asked: Answerer, documents: Sequence[TextDocument]) -> list[Answer]:
    """Return what the model says of the documents that it can read; says how many it cannot."""
    said = all_answers(asked, documents)
    found = [one for one in said if one is not None]
    if len(found) < len(said):
        announce(f"{len(said) - len(found)} of {len(said)} documents are in a language that the model does not read")
    return found
