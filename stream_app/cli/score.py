"""`stream-app score`: the pipeline on texts, in this process, without a stream or any server."""

from __future__ import annotations

import asyncio
import json as json_text
import sys
from base64 import b64encode
from collections.abc import Callable, Coroutine, Mapping
from io import BufferedReader
from itertools import count, islice
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.files import open_file, read_lines, size_of
from stream_app.adapters.telemetry import NoTelemetry
from stream_app.cli.inputs import Input
from stream_app.cli.local import local_scorer
from stream_app.cli.output import ScrollingTable, byte_progress, stderr, stdout, write_json
from stream_app.cli.verdicts import LINES, print_line, print_verdict
from stream_app.compose_media import build_images
from stream_app.errors import ConfigurationError
from stream_app.events.verdict import Verdict
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.media import MediaReading
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.score_lines import read_line
from stream_app.pipeline.score_texts import TextScorer
from stream_app.settings import Settings

app = typer.Typer()
_LINES_AT_ONCE = 512
_T = TypeVar("_T")
_BUFFER_BYTES = 64 * 1024

Show = Callable[[Verdict | Rejection], None]


@app.command()
def score(
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="A text to score.")] = None,
    *,
    file: Annotated[str | None, typer.Option("--input", metavar="FILE.jsonl", help="Documents; - for stdin.")] = None,
    image: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="An image that comes with the TEXT.")] = None,
    topic: Annotated[Input, typer.Option(help="Whether it is read as news or as a post.")] = Input.NEWS,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each text.")] = False,
) -> None:
    """Score a text, or each line of a file, with the shipped model and no server.

    A line of a file is a document, of which only a title, a body or a text must be there. With
    "mentions": [{"start": 0, "end": 5}] exactly these spans are scored, in order, known or not; a "field" says of
    which text they are. There is one line out for each line in, in order; one that is no document gives
    {"error": {"kind", "field", "message"}} in its place, and a count on standard error.

    Text that images show is read as well, those of "media" in a file too, and is scored as the field "media".

    Example: stream-app score "Apple sues Samsung after record profit"
    """
    if (text is None and not image) == (file is None) or (file is not None and image):
        raise typer.BadParameter("give a TEXT, with --image or without, or --input FILE")
    if file is not None:
        size = size_of(file)
        show = _as_json if json else _as_rows()
        _with_images(lambda scorer: _score_file(scorer, file, size, topic=topic, show=show))
    else:
        media = [{"kind": "image", "base64": b64encode(_content(one)).decode()} for one in image or ()]
        _score_text({"text": text or "", "media": media}, topic, json=json)


def _with_images(work: Callable[[TextScorer], Coroutine[None, None, _T]]) -> _T:
    """Run the work with a scorer that reads images, and end what reads them."""
    settings = Settings()
    images = build_images(settings, NoTelemetry())
    scorer = local_scorer(settings, MediaReading(images))

    async def done() -> _T:
        try:
            return await work(scorer)
        finally:
            if images is not None:
                await images.stop()

    return asyncio.run(done())


def _content(image: Path) -> bytes:
    with open_file(str(image)) as file:
        return file.read()


def _score_text(fields: Mapping[str, object], topic: Input, *, json: bool) -> None:
    line = read_line(json_text.dumps(fields).encode(), topic, now=SystemClock().now())
    if isinstance(line, Rejection):
        raise _refused(line)

    async def work(scorer: TextScorer) -> tuple[TextScorer, Scored | Rejection]:
        return scorer, (await scorer.score([line]))[0]

    scorer, scored = _with_images(work)
    if isinstance(scored, Rejection):
        raise _refused(scored)
    if json:
        _as_json(scorer.verdict(scored))
    else:
        print_verdict(stdout(), scored, scorer.verdict(scored))


def _refused(rejection: Rejection) -> ConfigurationError:
    return ConfigurationError(f"the text cannot be scored ({rejection.message}): give another")


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
    if one.risk_type is None:
        del fields["risk_type"]
    if not one.media:
        del fields["media"]
    write_json(fields)


def _as_rows() -> Show:
    table, numbers = ScrollingTable(stdout(), LINES), count(1)
    return lambda one: print_line(table, next(numbers), one)
