"""`stream-app model train --continue`: a finished run goes on from corrections, and shows that it forgot nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.files import open_file, read_lines
from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.inputs import Input
from stream_app.cli.output import announce, stdout
from stream_app.cli.training_bar import training_bar
from stream_app.errors import ConfigurationError, DataError
from stream_app.events.topics import FEEDBACK, INPUTS, SENTIMENT
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.records import Record
from stream_app.promotion.gate import MOST_LOSS

if TYPE_CHECKING:
    from stream_app.training.continued import Continued
    from stream_app.training.labelling.corrections import Joined

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

ContinueOption = Annotated[Path | None, typer.Option("--continue", metavar="RUN", help="Go on from corrections.")]
CorrectionsOption = Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="People's labels for events.")]
EventsOption = Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="Those sentiment events.")]
DocumentsOption = Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="The documents of those events.")]
SelectedOption = Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="What `select` wrote, in their place.")]
TopicOption = Annotated[Input, typer.Option(help="Whether those documents are news or posts.")]
FromTopicOption = Annotated[bool, typer.Option("--from-topic", help="Read feedback, events and documents from Kafka.")]
RehearsalOption = Annotated[float, typer.Option(min=0.0, max=0.99, help="Share of old texts beside corrections.")]


@dataclass(frozen=True, slots=True)
class Given:
    """Where corrections and their texts are; `documents`, all from `topic`, may be beside any of the others."""

    corrections: Path | None
    events: Path | None
    documents: Path | None
    selected: Path | None
    from_topic: bool
    topic: Input


@dataclass(frozen=True, slots=True)
class Stage:
    """The run to go on from, where to, and on what."""

    start: Path
    out: Path
    data: Path
    encoder: Path | None
    recipe: Path | None
    rehearsal: float
    seed: int | None
    epochs: int | None


def continue_run(stage: Stage, given: Given) -> None:
    """Train the stage, show each head before and after; DataError where one lost more than 0.3 points."""
    from stream_app.training.config import load_config
    from stream_app.training.continued import RECIPE, Bounds, go_on
    from stream_app.training.encoder import default_encoder
    from stream_app.training.run import Sources, load_record

    config = load_config(stage.recipe or RECIPE, seed=stage.seed, epochs=stage.epochs)
    graph = installed_graph()
    joined = join_given(given, load_record(stage.start).topics, graph)
    reasons = "".join(f"; {count} left out: {reason}" for reason, count in joined.left_out.items())
    announce(f"{joined.used} corrections of {len(joined.examples)} texts{reasons}")
    sources = Sources(stage.data, stage.encoder or default_encoder(), graph, stage.start)
    with training_bar("continuing") as report:
        done = go_on(
            stage.out,
            sources,
            joined.examples,
            config=config,
            bounds=Bounds(stage.rehearsal, MOST_LOSS),
            report=report,
        )
    _show(done)
    head, lost = max(done.lost().items(), key=lambda pair: pair[1])
    if lost > MOST_LOSS:
        raise DataError(
            f"the {head} head lost {lost:.4f} of accuracy, over {MOST_LOSS}: {stage.out} is no finished run; "
            "go on with a larger --rehearsal, or fewer --epochs, into another folder"
        )


def join_given(given: Given, topics: Iterable[str], graph: KnowledgeGraph) -> Joined:
    """Return the corrections as examples; ConfigurationError where it is not said where something is."""
    from stream_app.pipeline.language import ENGLISH, language_of
    from stream_app.pipeline.link import link
    from stream_app.pipeline.snapshot import Snapshot
    from stream_app.training.labelling.corrections import join
    from stream_app.training.labelling.reading import documents, latest, places, selected

    if given.from_topic == (given.corrections is not None):
        raise ConfigurationError("say where corrections are: --corrections FILE, or --from-topic")
    if given.from_topic:
        feedback = asyncio.run(_topic(FEEDBACK.name))
        wrong: list[DataError] = []
        keyed = ((one.key.decode(errors="replace") if one.key else None, one.value) for one in feedback)
        wanted = latest(keyed, wrong.append)
        if wrong:
            announce(f"{len(wrong)} records of {FEEDBACK.name} are left out; the first: {wrong[0]}")
        spoken = places((one.value for one in asyncio.run(_topic(SENTIMENT.name))), wanted)
        records = [one for topic in INPUTS for one in asyncio.run(_topic(topic.name))]
        texts = documents(records, (one.document_id for one in spoken.values() if one))
    else:
        wanted = latest((None, line) for line in _lines(given.corrections))
        spoken = places(_lines(given.events), wanted)
        texts = {}
    if given.selected:
        more = selected(_lines(given.selected), given.topic, now=SystemClock().now())
        spoken, texts = {**more[0], **spoken}, more[1] | texts
    if given.documents:
        now = SystemClock().now()
        lines = _lines(given.documents)
        records = [Record(given.topic, 0, 0, key=None, value=line, received_at=now) for line in lines]
        texts |= documents(records, (one.document_id for one in spoken.values() if one))
    snapshot = Snapshot(graph.version, Linker(graph))

    def reads(document: TextDocument) -> bool:
        return language_of(link(document, snapshot)) == ENGLISH

    return join(wanted, spoken, texts, topics=tuple(topics), reads=reads)


async def _topic(name: str) -> list[Record]:
    from stream_app.cli.model_documents import topic_records

    return await topic_records(name)


def _lines(path: Path | None) -> list[bytes]:
    if path is None:
        return []
    with open_file(str(path)) as file:
        return list(read_lines(file, str(path)))


def _show(done: Continued) -> None:
    table = Table("head", "rows", "accuracy before", "after", "change", title="on texts that were held out")
    for head, one in done.before.items():
        after = done.after[head].accuracy
        table.add_row(head, f"{one.rows:,}", f"{one.accuracy:.4f}", f"{after:.4f}", f"{after - one.accuracy:+.4f}")
    stdout().print(table)
    stdout().print(
        f"corrected labels that the model says: {done.right_before} of {done.labels} before, {done.right_after} after; "
        f"{done.learnt} corrected texts learnt beside {done.rehearsed} old ones, {done.held_out} held out by hash"
    )
