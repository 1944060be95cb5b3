"""`stream-app schema`: writes the contract down for programs of others."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import orjson
import typer

from stream_app.cli.output import stdout, write_json
from stream_app.errors import DataError
from stream_app.events.export import ASYNCAPI_FILE, asyncapi, json_schema
from stream_app.events.topics import TOPICS

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Export JSON Schema and AsyncAPI 3.

    Example: stream-app schema export
    """


@app.command()
def export(
    *,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("docs/schemas"),
    json: Annotated[bool, typer.Option("--json", help="Print the names of the files as JSON lines.")] = False,
) -> None:
    """Write a JSON Schema for each topic, and one AsyncAPI 3 document.

    Example: stream-app schema export --out schemas
    """
    files = {f"{topic.name}.schema.json": json_schema(topic) for topic in TOPICS}
    files[ASYNCAPI_FILE] = asyncapi(version("stream-app"))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise DataError(f"{out} cannot be written ({error.strerror}): name another folder by --out") from error
    for name in files:
        if json:
            write_json({"file": str(out / name)})
    if not json:
        stdout().print(f"wrote {len(files)} files to {out}")
