"""`stream-app model drift`: how far what comes in has shifted from what the served model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.table import Column, Table
from rich.text import Text

from stream_app.adapters.model_repository import ModelFiles, read_model
from stream_app.adapters.whole_file import write_whole
from stream_app.cli.inputs import Input
from stream_app.cli.model_options import JsonOption, RepositoryOption, repository_of
from stream_app.cli.output import announce, stdout, write_json
from stream_app.errors import DataError
from stream_app.settings import Settings

if TYPE_CHECKING:
    from stream_app.training.drift.shift import Shift
    from stream_app.training.drift.statistics import VersionStatistics

# Whoever asks for the help of `model` does not wait for the model: its modules are imported when it runs.
# ruff: noqa: PLC0415

_FEW = 200
"""Texts below which an index is mostly chance."""

_COLOURS = {"none": "green", "moderate": "yellow", "large": "red"}


def statistics(
    *,
    data: Annotated[Path, typer.Option(help="Folder of the training sets.")],
    sample: Annotated[int, typer.Option(min=100, help="Texts of each kind of source.")] = 3000,
    repository: RepositoryOption = None,
    json: JsonOption = False,
) -> None:
    """Write beside the served version what its training texts look like to it, which `drift` compares with.

    Example: stream-app model statistics --data DATA
    """
    from stream_app.cli.model_documents import all_answers, answerer
    from stream_app.training.drift.statistics import FILE, VersionStatistics, describe
    from stream_app.training.drift.training_texts import training_texts

    asked = answerer(Settings(model_repository=repository_of(repository)))
    files = asked.files
    texts = training_texts(data, sample)
    said = iter(all_answers(asked, [one for ones in texts.values() for one in ones]))
    kinds = {kind: describe([next(said) for _ in ones], files.topics) for kind, ones in texts.items()}
    found = VersionStatistics(version=files.version, kinds=kinds)
    path = files.folder / FILE
    write_whole(path, found.model_dump_json())
    if json:
        write_json({"file": str(path), "version": files.version} | {kind: one.texts for kind, one in kinds.items()})
    else:
        counted = ", ".join(f"{one.texts} of {kind}" for kind, one in kinds.items())
        announce(f"{path}: statistics of {counted} ({path.stat().st_size / 1000:.0f} kB)")


def drift(
    file: Annotated[str | None, typer.Argument(metavar="FILE.jsonl", help="Documents; - for stdin.")] = None,
    *,
    topic: Annotated[Input, typer.Option(help="Whether they are news or posts.")] = Input.NEWS,
    from_topic: Annotated[bool, typer.Option("--from-topic", help="Read what that topic holds, not a file.")] = False,
    repository: RepositoryOption = None,
    json: JsonOption = False,
) -> None:
    """Compare documents with the served model's training texts, by population stability indices.

    Documents of further networks are left out: what their training texts look like is not known. Exit status 1, after
    the results, where something has shifted by more than 0.25 and more than chance.

    Example: stream-app model drift --from-topic --topic news.raw
    """
    from stream_app.cli.model_documents import all_answers, answerer, read_documents
    from stream_app.training.drift.shift import Level, shifts
    from stream_app.training.drift.statistics import describe, moved

    target = repository_of(repository)
    kind = "social" if topic is Input.SOCIAL else "news"
    before = _read(read_model(target)).kinds[kind]
    documents = read_documents(file, topic, from_topic=from_topic)
    if not documents:
        raise DataError(f"{file or topic.value} holds no documents: there is nothing to compare")
    asked = answerer(Settings(model_repository=target))
    compared = asked.read_by_main(documents)
    if len(compared) < len(documents):
        announce(f"{len(documents) - len(compared)} of {len(documents)} documents are for further networks; left out")
    answers = all_answers(asked, compared)
    if not any(answers):
        raise DataError("none of the documents is in a language that the model reads: there is nothing to compare")
    after = describe(answers, asked.files.topics, like=before)
    found = sorted(shifts(before, after), key=lambda one: -one.index)
    if json:
        write_json({"kind": kind, "texts": after.texts, "mean_moved": moved(before, after), "shifts": found})
    else:
        _show(found)
        stdout().print(f"mean vector moved by {moved(before, after):.3f} of the variance of the training texts")
    if after.texts < _FEW:
        announce(f"{after.texts} documents are few: most of an index is chance below {_FEW}")
    if large := [one.what for one in found if one.level is Level.LARGE]:
        raise DataError(
            f"shifted: {', '.join(large)}; look at the texts, label some of them (stream-app model select), "
            "and go on from the labels (stream-app model train --continue)"
        )


def _read(files: ModelFiles) -> VersionStatistics:
    from stream_app.training.drift.statistics import FILE, VersionStatistics

    folder, version = files.folder, files.version
    try:
        found = VersionStatistics.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{folder} has no statistics of its training texts: write them by stream-app model statistics --data DATA"
        ) from error
    if found.version != version:
        raise DataError(f"{folder / FILE} is of {found.version}, not of {version}: stream-app model statistics again")
    return found


def _show(found: Sequence[Shift]) -> None:
    table = Table(Column("what", no_wrap=True), "index", "by chance", "shift", "most at", "in training", "now")
    for one in found:
        shares = (f"{one.before:.1%}", f"{one.after:.1%}")
        level = Text(one.level, style=_COLOURS[one.level])
        table.add_row(one.what, f"{one.index:.3f}", f"{one.by_chance:.3f}", level, one.bin, *shares)
    stdout().print(table)
