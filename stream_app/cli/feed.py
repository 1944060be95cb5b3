"""`stream-app feed`: publishes the documents of files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from time import monotonic
from typing import Annotated, Any

import typer
from rich.progress import Progress

from stream_app.adapters.files import (
    Columns,
    FileFormat,
    FileRecord,
    format_of,
    open_file,
    parse_columns,
    publish,
    read_records,
    size_of,
)
from stream_app.cli.inputs import Input
from stream_app.cli.output import byte_progress, stdout, write_json
from stream_app.cli.target import event_log, settings_with_kafka
from stream_app.clients import ensure_topics
from stream_app.events.topics import INPUTS

app = typer.Typer()
_BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Source:
    """A file, and its size in bytes where it has one."""

    name: str
    file_format: FileFormat
    size: int | None


@app.command()
def feed(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Files, also .gz; - for standard input.")],
    *,
    topic: Annotated[Input, typer.Option(help="Where the documents go.")] = Input.NEWS,
    columns: Annotated[
        str, typer.Option("--map", metavar="FIELD=COLUMN,…", help="Fields whose columns bear other names.")
    ] = "",
    file_format: Annotated[
        FileFormat | None, typer.Option("--format", help="Format, where a file's name does not tell it.")
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.001, help="Most documents a second.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the count as a JSON line.")] = False,
) -> None:
    """Publish documents from JSONL, CSV, Parquet, RSS or Atom files.

    Lines of JSONL go out as they are, bad ones too: they become dead letters. The rows of the other formats become
    documents; a column that is called like a field of a document is that field, and --map names the others.

    Example: stream-app feed posts.csv --topic social.raw --map body=text,published_at=time,author.handle=user
    """
    sources = [_Source(name, file_format or format_of(name), size_of(name)) for name in files]
    wanted = parse_columns(columns)
    begin = monotonic()
    with byte_progress() as progress:
        documents = asyncio.run(_publish(topic, _records(sources, wanted, progress=progress), rate=rate))
    seconds = round(monotonic() - begin, 3)
    if json:
        write_json({"event": "fed", "topic": topic, "files": len(files), "documents": documents, "seconds": seconds})
    else:
        stdout().print(f"published {documents} documents to {topic} in {seconds:.1f} s")


def _records(sources: Iterable[_Source], columns: Columns, *, progress: Progress) -> Iterator[FileRecord]:
    for source in sources:
        with open_file(source.name) as file:
            stream: Any = file
            if source.size is not None:
                stream = BufferedReader(progress.wrap_file(file, source.size, description=source.name), _BUFFER_BYTES)
            yield from read_records(stream, source.name, file_format=source.file_format, columns=columns)


async def _publish(topic: Input, records: Iterable[FileRecord], *, rate: float | None) -> int:
    settings = settings_with_kafka()
    await ensure_topics(settings, INPUTS)
    async with event_log(settings) as log:
        return await publish(log, topic, records, rate=rate)
