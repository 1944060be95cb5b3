"""`stream-app score`: the pipeline on texts, in this process, without a stream or any server."""

from __future__ import annotations

import asyncio
import json as json_text
import sys
from collections.abc import Callable
from io import BufferedReader
from itertools import count, islice
from typing import Annotated, Any

import typer

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.files import open_file, read_lines, size_of
from stream_app.cli.inputs import Input
from stream_app.cli.local import local_scorer
from stream_app.cli.output import ScrollingTable, byte_progress, stderr, stdout, write_json
from stream_app.cli.verdicts import LINES, print_line, print_verdict
from stream_app.errors import DataError
from stream_app.events.verdict import Verdict
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.score_lines import read_line
from stream_app.pipeline.score_texts import TextScorer
from stream_app.settings import Settings

app = typer.Typer()
_LINES_AT_ONCE = 512
_BUFFER_BYTES = 64 * 1024

Show = Callable[[Verdict | Rejection], None]


@app.command()
def score(
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="A text to score.")] = None,
    *,
    file: Annotated[str | None, typer.Option("--input", metavar="FILE.jsonl", help="Documents; - for stdin.")] = None,
    topic: Annotated[Input, typer.Option(help="Whether it is read as news or as a post.")] = Input.NEWS,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each text.")] = False,
) -> None:
    """Score a text, or each line of a file, with the shipped model and no server.

    A line of a file is a document, of which only a title, a body or a text must be there. With
    "mentions": [{"start": 0, "end": 5}] exactly these spans are scored, in order, known or not; a "field" says of
    which text they are. There is one line out for each line in, in order; one that is no document gives
    {"error": {"kind", "field", "message"}} in its place, and a count on standard error.

    Example: stream-app score "Apple sues Samsung after record profit"
    """
    if (text is None) == (file is None):
        raise typer.BadParameter("give a TEXT, or --input FILE")
    if file is not None:
        size = size_of(file)
        asyncio.run(
            _score_file(local_scorer(Settings()), file, size, topic=topic, show=_as_json if json else _as_rows())
        )
    else:
        _score_text(text or "", topic, json=json)


def _score_text(text: str, topic: Input, *, json: bool) -> None:
    line = read_line(json_text.dumps({"text": text}).encode(), topic, now=SystemClock().now())
    scorer = local_scorer(Settings())
    scored = line if isinstance(line, Rejection) else asyncio.run(scorer.score([line]))[0]
    if isinstance(scored, Rejection):
        raise DataError(f"the text cannot be scored ({scored.message}): give another")
    if json:
        _as_json(scorer.verdict(scored))
    else:
        print_verdict(stdout(), scored, scorer.verdict(scored))


async def _score_file(scorer: TextScorer, name: str, size: int | None, *, topic: Input, show: Show) -> None:
    now, rejected = SystemClock().now(), 0
    with byte_progress(beside_results=True) as progress, open_file(name) as file:
        stream: Any = file
        if size is not None:
            stream = BufferedReader(progress.wrap_file(file, size, description=name), _BUFFER_BYTES)
        lines = (read_line(line, topic, now=now) for line in read_lines(stream, name))
        while batch := list(islice(lines, _LINES_AT_ONCE)):
            for one in await scorer.judge(batch):
                rejected += isinstance(one, Rejection)
                show(one)
            sys.stdout.flush()
    if rejected:
        stderr().print(f"{rejected} lines could not be scored: see their error")


def _as_json(one: Verdict | Rejection) -> None:
    if isinstance(one, Rejection):
        write_json({"error": {"kind": one.kind, "field": one.field, "message": one.message}})
        return
    fields = one.model_dump(mode="json")
    if one.unscored is None:
        del fields["unscored"]
    write_json(fields)


def _as_rows() -> Show:
    table, numbers = ScrollingTable(stdout(), LINES), count(1)
    return lambda one: print_line(table, next(numbers), one)
