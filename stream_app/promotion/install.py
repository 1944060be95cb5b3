"""An exported version becomes a folder of the model repository, beside those that are there; nothing is overwritten."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import orjson

from stream_app.adapters.model_repository import (
    FIRST_IDS,
    METADATA,
    TOKENIZER,
    WEIGHTS,
    network_folders,
    read_metadata,
    version_numbers,
)
from stream_app.errors import DataError
from stream_app.pipeline.tensors import MODEL_NAME

BACKEND, CARD, STATISTICS = "model.py", "MODEL_CARD.md", "statistics.json"
_DIGITS = 12


def install(source: Path, repository: Path, *, backend: Path) -> int:
    """Copy a version under the next number, and return it; of one that is there already, return that one's number.

    The version is named by its number and the digest of its networks. `backend` is the `model.py` for one that brings
    none. DataError where the source is incomplete or damaged. A damaged version in the repository is none.
    """
    digest = checked_digest(source)
    model, numbers = repository / MODEL_NAME, version_numbers(repository)
    for number in numbers:
        if _is_whole(model / str(number), digest):
            return number
    number = numbers[-1] + 1 if numbers else 1
    draft = model / f".{number}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _fill(draft, source, backend=backend, version=f"{MODEL_NAME}-{number}-{digest[:_DIGITS]}")
        draft.rename(model / str(number))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)  # of a full disk, no half of a version
        raise
    return number


def _fill(draft: Path, source: Path, *, backend: Path, version: str) -> None:
    _copy(source, draft, (WEIGHTS, TOKENIZER, BACKEND, CARD, STATISTICS))
    for name in read_metadata(source).get(FIRST_IDS, {}):
        copy_network(source / name, draft / name)
    if not (draft / BACKEND).exists():
        shutil.copyfile(backend, draft / BACKEND)
    _name(source, draft, version=version)


def copy_network(source: Path, folder: Path) -> None:
    """Copy what belongs to a further network."""
    folder.mkdir()
    _copy(source, folder, (WEIGHTS, TOKENIZER, METADATA, CARD))


def _copy(source: Path, folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)


def version_digest(folder: Path) -> str:
    """Return the SHA-256 that stands for a version, by what its files state: that of its weights, or one over all."""
    stated = [str(read_metadata(network).get("sha256", "")) for network in network_folders(folder)]
    return stated[0] if len(stated) == 1 else hashlib.sha256(" ".join(stated).encode()).hexdigest()


def _is_whole(folder: Path, digest: str) -> bool:
    """Tell whether a folder of the repository holds the version of this digest, and its files are as it states."""
    try:
        return version_digest(folder) == digest == checked_digest(folder)
    except DataError:
        return False


def checked_digest(source: Path) -> str:
    """Return the version's digest; DataError where weights are not those that were measured, or a file is missing."""
    for folder in network_folders(source):
        _check_weights(folder)
    return version_digest(source)


def _check_weights(source: Path) -> None:
    metadata = read_metadata(source)
    missing = [name for name in (WEIGHTS, TOKENIZER) if not (source / name).is_file()]
    if missing:
        raise DataError(f"{source} has no {missing[0]}: it is no exported version")
    digest = hashlib.sha256((source / WEIGHTS).read_bytes()).hexdigest()
    if digest != metadata.get("sha256"):
        raise DataError(f"{source / WEIGHTS} is not the file that its {METADATA} speaks of: export it again")


def _name(source: Path, draft: Path, *, version: str) -> None:
    metadata = read_metadata(source)
    old = str(metadata.get("version", ""))
    (draft / METADATA).write_bytes(
        orjson.dumps(metadata | {"version": version}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    for file in (draft / CARD, draft / STATISTICS):
        if old and file.exists():
            file.write_text(file.read_text(encoding="utf-8").replace(old, version), encoding="utf-8")
