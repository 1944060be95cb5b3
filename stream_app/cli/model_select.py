"""`stream-app model select`: which texts to send to a person; `select-trial`: whether choosing beats chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.table import Table

from stream_app.adapters.whole_file import write_whole
from stream_app.cli.inputs import Input
from stream_app.cli.model_options import JsonOption, RepositoryOption, repository_of
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import announce, progress, stdout, write_json
from stream_app.settings import Settings
from stream_app.training.labelling.choice import Method
from stream_app.training.labelling.selection import Judged, Wanted

if TYPE_CHECKING:
    from stream_app.training.labelling.trial import Learnt

# Whoever asks for the help of `model` does not wait for the model: its modules are imported when it runs.
# ruff: noqa: PLC0415


def select(  # noqa: PLR0913  (options of a command)
    file: Annotated[str | None, typer.Argument(metavar="FILE.jsonl", help="Documents; - for stdin.")] = None,
    *,
    topic: Annotated[Input, typer.Option(help="Whether they are news or posts.")] = Input.NEWS,
    from_topic: Annotated[bool, typer.Option("--from-topic", help="Read what that topic holds, not a file.")] = False,
    count: Annotated[int, typer.Option(min=1, help="How many texts a person can label.")] = 100,
    method: Annotated[Method, typer.Option(help="How they are chosen.")] = Method.MARGIN,
    head: Annotated[Judged, typer.Option(help="Whose answers must be unsure.")] = Judged.DOCUMENT,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same choice.")] = 0,
    repository: RepositoryOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="For the lines that are to be labelled.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Choose the texts whose labels would teach the served model most: unsure ones, unlike each other, each story once.

    Each line of --out and --json has the text, why it was chosen, the scores, and the event ids that a label on the
    topic `feedback` answers for.

    Example: stream-app model select documents.jsonl --count 50 --out to_label.jsonl
    """
    from stream_app.cli.model_documents import answerer, answers_of, read_documents
    from stream_app.training.labelling.once_told import once_told
    from stream_app.training.labelling.selection import select as selected

    documents, repeats = once_told(read_documents(file, topic, from_topic=from_topic))
    asked = answerer(Settings(model_repository=repository_of(repository)))
    answers = answers_of(asked, documents)
    files = asked.files
    wanted = Wanted(count, method, head, seed)
    lines = list(selected(answers, wanted, version=files.version, topics=files.topics))
    if out:
        write_whole(out, b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines))
    if json:
        for line in lines:
            write_json(line)
    elif not out:
        _show_chosen(lines)
    announce(f"{len(lines)} of {len(documents)} texts chosen; {repeats} that tell a story again were left out")


def _show_chosen(lines: Sequence[dict[str, Any]]) -> None:
    table = Table("", "text", "unsure between", "by")
    for line in lines:
        why = line["why"]
        table.add_row(
            str(why["rank"]), line["title"] or line["body"], " and ".join(why["between"]), f"{why['margin']:.2f}"
        )
    stdout().print(table)


def select_trial(
    *,
    data: Annotated[Path, typer.Option(help="Folder of the public training sets.")],
    head: Annotated[Judged, typer.Option(help="document or topic.")] = Judged.TOPIC,
    seeds: Annotated[int, typer.Option(min=2, help="Repetitions.")] = 5,
    rounds: Annotated[int, typer.Option(min=2, help="Times that labels are asked for.")] = 5,
    each: Annotated[int, typer.Option(min=1, help="Labels a round.")] = 100,
    json: JsonOption = False,
) -> None:
    """Hide the labels of a training set, ask for some by each method, and see on the dev texts what they teach.

    A small head learns on vectors of the encoder as it was before it saw any label.

    Example: stream-app model select-trial --data DATA --head topic
    """
    need_training()
    from stream_app.training.labelling.trial import try_methods
    from stream_app.training.labelling.trial_pool import trial_pool

    pool = trial_pool(data, head, report=announce)
    with progress() as shown:
        task = shown.add_task("learning", total=seeds * len(Method) * rounds)
        found = list(try_methods(pool, seeds=seeds, rounds=rounds, each=each, report=lambda: shown.advance(task)))
    if json:
        for one in found:
            write_json(one)
    else:
        _show(found)


def _show(found: Sequence[Learnt]) -> None:
    figures: defaultdict[tuple[Method, int], list[Learnt]] = defaultdict(list)
    for one in found:
        figures[one.method, one.labels].append(one)
    table = Table("chosen by", "labels", "accuracy", "macro F1", "± of macro F1", title="mean over seeds")
    for (method, labels), ones in figures.items():
        macro = [one.macro_f1 for one in ones]
        shown = (fmean(one.accuracy for one in ones), fmean(macro), stdev(macro))
        table.add_row(method.value, str(labels), *(f"{figure:.4f}" for figure in shown))
    stdout().print(table)
