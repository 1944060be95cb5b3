"""`stream-app tail`: follows a topic as a table."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Annotated, Any

import orjson
import typer

from stream_app.cli.output import ScrollingTable, stdout, write_json
from stream_app.cli.tables import cells_of, view_of
from stream_app.cli.target import settings_with_kafka, topic_reader
from stream_app.pipeline.records import Record

app = typer.Typer()


@app.command()
def tail(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Such as sentiment.events; without a prefix.")],
    *,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with what the topic holds.")] = False,
    to_end: Annotated[bool, typer.Option("--to-end", help="Print what the topic holds now, and stop.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many records.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the values as JSON lines.")] = False,
) -> None:
    """Follow a topic as a table, until Ctrl-C.

    Example: stream-app tail sentiment.events --from-start --limit 20
    """
    show = _json_line if json else _table_row(topic)
    asyncio.run(_tail(topic, show, from_start=from_start or to_end, to_end=to_end, limit=limit))


async def _tail(
    topic: str, show: Callable[[Record], None], *, from_start: bool, to_end: bool, limit: int | None
) -> None:
    shown = 0
    async with topic_reader(settings_with_kafka(), topic, from_start=from_start) as reader:
        async for record in reader.read_to_end() if to_end else reader.follow():
            show(record)
            shown += 1
            if shown == limit:
                break


def _table_row(topic: str) -> Callable[[Record], None]:
    view = view_of(topic)
    table = ScrollingTable(stdout(), view.columns)
    return lambda record: table.add(*cells_of(record, view))


def _json_line(record: Record) -> None:
    write_json(as_json(record))


def as_json(record: Record) -> Any:  # noqa: ANN401  (any JSON)
    """Return the value; what is not JSON, a tombstone too, is shown by its place, key and bytes."""
    try:
        return orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        return place | {"key_base64": _base64(record.key), "value_base64": _base64(record.value)}


def _base64(raw: bytes | None) -> str | None:
    return None if raw is None else base64.b64encode(raw).decode("ascii")
