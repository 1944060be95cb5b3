"""An exported version becomes a folder of the model repository, beside those that are there; nothing is overwritten."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import orjson

from stream_app.adapters.model_repository import METADATA, TOKENIZER, WEIGHTS, read_metadata, version_numbers
from stream_app.errors import DataError
from stream_app.pipeline.tensors import MODEL_NAME

BACKEND, CARD = "model.py", "MODEL_CARD.md"
_DIGITS = 12


def install(source: Path, repository: Path, *, backend: Path) -> int:
    """Copy a version under the next number, and return it; of one that is there already, return that one's number.

    The version is named by its number and the digest of its weights. `backend` is the `model.py` for one that brings
    none. DataError where the source is incomplete or damaged.
    """
    digest = checked_digest(source)
    model, numbers = repository / MODEL_NAME, version_numbers(repository)
    for number in numbers:
        if read_metadata(model / str(number)).get("sha256") == digest:
            return number
    number = numbers[-1] + 1 if numbers else 1
    draft = model / f".{number}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name in (WEIGHTS, TOKENIZER, BACKEND, CARD):
        file = source / name
        if file.is_file():
            shutil.copyfile(file, draft / name)
    if not (draft / BACKEND).exists():
        shutil.copyfile(backend, draft / BACKEND)
    _name(source, draft, version=f"{MODEL_NAME}-{number}-{digest[:_DIGITS]}")
    draft.rename(model / str(number))
    return number


def checked_digest(source: Path) -> str:
    """Return the SHA-256 of the weights; DataError where it is not the one that was measured, or a file is missing."""
    metadata = read_metadata(source)
    missing = [name for name in (WEIGHTS, TOKENIZER) if not (source / name).is_file()]
    if missing:
        raise DataError(f"{source} has no {missing[0]}: it is no exported version")
    digest = hashlib.sha256((source / WEIGHTS).read_bytes()).hexdigest()
    if digest != metadata.get("sha256"):
        raise DataError(f"{source / WEIGHTS} is not the file that its {METADATA} speaks of: export it again")
    return digest


def _name(source: Path, draft: Path, *, version: str) -> None:
    metadata = read_metadata(source)
    old = str(metadata.get("version", ""))
    (draft / METADATA).write_bytes(
        orjson.dumps(metadata | {"version": version}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    card = draft / CARD
    if old and card.exists():
        card.write_text(card.read_text(encoding="utf-8").replace(old, version), encoding="utf-8")
