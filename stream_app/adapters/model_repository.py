"""The fusion model's files, as Triton's model repository holds them: which version, and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from stream_app.errors import ConfigurationError, DataError
from stream_app.pipeline.tensors import BUCKETS, LABELS, MODEL_NAME, TOPICS

_METADATA, _TOKENIZER = "metadata.json", "tokenizer.json"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """One version of the model: its folder, and what a client must know of it.

    `version` goes into every event; `topics` are in the model's order; `languages` are ISO 639-1 codes;
    `tokenizer` is the content of `tokenizer.json`.
    """

    folder: Path
    version: str
    languages: frozenset[str]
    topics: tuple[str, ...]
    tokenizer: str


def read_model(repository: Path) -> ModelFiles:
    """Return the newest version in the repository, the one that Triton serves by default.

    Raises ConfigurationError where there is none, DataError where its files do not fit this program.
    """
    folder = _newest(repository / MODEL_NAME)
    try:
        metadata = orjson.loads((folder / _METADATA).read_bytes())
        _check(metadata, folder)
        return ModelFiles(
            folder=folder,
            version=metadata["version"],
            languages=frozenset(metadata["languages"]),
            topics=tuple(metadata["topics"]),
            tokenizer=(folder / _TOKENIZER).read_text(encoding="utf-8"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{folder} holds no complete model ({error!r}): export it again, or restore the folder"
        ) from error


def _newest(model: Path) -> Path:
    versions = [folder for folder in model.glob("*/") if folder.name.isdecimal()]
    if not versions:
        raise ConfigurationError(f"no model at {model}: set STREAM_APP_MODEL_REPOSITORY to a Triton model repository")
    return max(versions, key=lambda folder: int(folder.name))


def _check(metadata: dict[str, Sequence[object]], folder: Path) -> None:
    fits = (
        tuple(metadata["labels"]) == LABELS
        and tuple(metadata["buckets"]) == BUCKETS
        and len(metadata["topics"]) == TOPICS
        and isinstance(metadata["version"], str)
    )
    if not fits:
        raise DataError(f"{folder / _METADATA} has other labels, buckets or topics than this program: export it again")
