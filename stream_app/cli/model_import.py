"""`stream-app model import`: a run made of an exported version, to be measured, distilled or trained further."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stream_app.adapters.model_repository import served_number
from stream_app.cli.model_chinese import Language
from stream_app.cli.model_options import JsonOption, repository_of
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import stdout, write_json
from stream_app.pipeline.tensors import MODEL_NAME

# Training needs PyTorch, which no serving machine has: its modules are imported by the command.
# ruff: noqa: PLC0415


def import_(
    version: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The exported version; unset: the served one.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder of the run that is made.")],
    encoder: Annotated[
        Path | None,
        typer.Option(help="Folder of the encoder, whose config.json tells its shape; unset: the package's."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Which of its networks.")] = Language.ENGLISH,
    json: JsonOption = False,
) -> None:
    """Make a finished run of an exported version, such as the shipped one: one of its networks, as the file keeps it.

    Example: stream-app model import model_repo/fusion/1 --out runs/shipped
    """
    need_training()
    if language is Language.CHINESE:
        from stream_app.training.chinese.imported import import_chinese

        digest = import_chinese((version or _served()) / language, out).imported
        _say(out, f"zh {digest}", as_json=json)
        return
    from stream_app.training.encoder import default_encoder
    from stream_app.training.imported import import_version

    record = import_version(version or _served(), out, encoder or default_encoder())
    _say(out, f"{record.imported}", as_json=json)


def _say(out: Path, name: str, *, as_json: bool) -> None:
    if as_json:
        write_json({"run": str(out), "version": name})
    else:
        stdout().print(f"{out} has the weights of {name}; go on with it as with any finished run")


def _served() -> Path:
    repository = repository_of(None)
    return repository / MODEL_NAME / str(served_number(repository))
