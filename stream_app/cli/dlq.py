"""`stream-app dlq`: reads and mends dead letters."""

from __future__ import annotations

import asyncio
import json as json_text
from collections.abc import Iterable, Mapping
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from stream_app.cli.editor import edit
from stream_app.cli.output import ScrollingTable, announce, stdout, visible, write_json
from stream_app.cli.tables import dead_letter_cells, view_of
from stream_app.cli.target import event_log, settings_with_kafka, topic_reader
from stream_app.errors import DataError
from stream_app.events.dead_letter import DeadLetter, ErrorKind
from stream_app.events.topics import DEAD_LETTERS
from stream_app.pipeline.mending import Change, Place, distinct, message_again
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record

app = typer.Typer(no_args_is_help=True)
Letters = Mapping[Place, DeadLetter]
Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Kind = Annotated[ErrorKind | None, typer.Option(help="Only letters of this kind.")]


@app.callback()
def _group() -> None:
    """Read and mend dead letters: records that could not be processed.

    A record that was delivered twice is one letter; its id is topic/partition/offset.

    Example: stream-app dlq list
    """


@app.command("list")
def list_(*, kind: Kind = None, json: Json = False) -> None:
    """List the dead letters.

    Example: stream-app dlq list --kind no_time
    """
    letters = asyncio.run(_read(kind))
    table = ScrollingTable(stdout(), view_of(DEAD_LETTERS.name).columns)
    for place, letter in letters.items():
        if json:
            write_json({"id": str(place)} | letter.model_dump(mode="json"))
        else:
            table.add(*dead_letter_cells(letter))
    if not json:
        stdout().print(f"{len(letters)} dead letters")


@app.command()
def show(
    ident: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET", help="As `dlq list` shows it.")],
    *,
    json: Json = False,
) -> None:
    """Show one dead letter whole.

    Example: stream-app dlq show news.raw/0/42
    """
    place = Place.parse(ident)
    letter = _chosen(asyncio.run(_read()), [place])[place]
    if json:
        write_json({"id": ident} | letter.model_dump(mode="json"))
        return
    table = Table.grid(padding=(0, 2))
    for name, cell in _described(letter).items():
        table.add_row(name, visible(cell))
    stdout().print(table)
    stdout().print(visible(_text(letter)))


@app.command()
def requeue(
    ids: Annotated[list[str] | None, typer.Argument(metavar="TOPIC/PARTITION/OFFSET…", help="Which letters.")] = None,
    *,
    kind: Kind = None,
    every: Annotated[bool, typer.Option("--all", help="All letters.")] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=TEXT", help="Give a field another value; FIELD:=JSON for other types."),
    ] = None,
    by_hand: Annotated[bool, typer.Option("--edit", help="Mend each letter in $EDITOR.")] = False,
    json: Json = False,
) -> None:
    """Send records again to the topic that they came from, with their keys, mended or as they were.

    Letters stay in dead.letters; a document that is sent twice gives the same events.

    Example: stream-app dlq requeue news.raw/0/42 --set published_at=2024-05-02T13:30:00Z
    """
    if sum((bool(ids), kind is not None, every)) != 1:
        raise typer.BadParameter("say which letters: ids, --kind or --all")
    mending = [Change.parse(written) for written in changes or ()]
    letters = asyncio.run(_read(kind))
    if ids:
        letters = _chosen(letters, [Place.parse(ident) for ident in ids])
    messages = {place: message_again(letter, mending) for place, letter in letters.items()}
    if by_hand:
        messages = {place: _edited(message) for place, message in messages.items()}
    asyncio.run(_send(messages.values()))
    for place, message in messages.items():
        if json:
            write_json({"id": str(place), "topic": message.topic, "changed": message.value != letters[place].value})
    if not json:
        stdout().print(f"sent {len(messages)} records again")


async def _read(kind: ErrorKind | None = None) -> Letters:
    async with topic_reader(settings_with_kafka(), DEAD_LETTERS.name, from_start=True) as reader:
        found = [_letter(record) async for record in reader.read_to_end()]
    letters = distinct(letter for letter in found if letter is not None)
    if None in found:
        announce(f"{found.count(None)} records of {DEAD_LETTERS.name} are no dead letters and are left out")
    return {place: letter for place, letter in letters.items() if kind in {None, letter.error_kind}}


def _letter(record: Record) -> DeadLetter | None:
    try:
        return DeadLetter.model_validate_json(record.value or b"")
    except ValidationError:
        return None


async def _send(messages: Iterable[Message]) -> None:
    async with event_log(settings_with_kafka()) as log:
        await log.send(list(messages))


def _chosen(letters: Letters, places: Iterable[Place]) -> Letters:
    try:
        return {place: letters[place] for place in places}
    except KeyError as missing:
        raise DataError(f"there is no dead letter {missing.args[0]}: `stream-app dlq list` shows them") from missing


def _described(letter: DeadLetter) -> Mapping[str, str]:
    return {
        "record": str(Place.of(letter)),
        "kind": letter.error_kind,
        "field": letter.field or "",
        "message": letter.message,
        "when": letter.occurred_at.isoformat(),
        "key": (letter.key or b"").decode("utf-8", "backslashreplace"),
    }


def _text(letter: DeadLetter) -> str:
    """Return the value for reading: indented where it is JSON that is not nested too deeply."""
    try:
        return json_text.dumps(json_text.loads(letter.value or b""), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return (letter.value or b"").decode("utf-8", "backslashreplace")


def _edited(message: Message) -> Message:
    value = edit((message.value or b"").decode("utf-8", "replace"))
    return Message(topic=message.topic, key=message.key, value=value.encode())
