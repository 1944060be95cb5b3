"""The fusion model's files, as Triton's model repository holds them: which versions, and what belongs to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from stream_app.adapters.model_standing import read_standing
from stream_app.errors import ConfigurationError, DataError
from stream_app.pipeline.tensors import BUCKETS, LABELS, MODEL_NAME, TOPICS

METADATA, TOKENIZER, WEIGHTS = "metadata.json", "tokenizer.json", "model.onnx"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """One version of the model: its folder, and what a client must know of it.

    `number` is the version's folder, by which Triton is asked for it; `version` goes into every event; `topics` are in
    the model's order; `languages` are ISO 639-1 codes; `tokenizer` is the content of `tokenizer.json`.
    """

    folder: Path
    number: int
    version: str
    languages: frozenset[str]
    topics: tuple[str, ...]
    tokenizer: str


def read_model(repository: Path, number: int | None = None) -> ModelFiles:
    """Return that version, or the one that is served.

    Raises ConfigurationError where there is none, DataError where its files do not fit this program.
    """
    number = served_number(repository) if number is None else number
    folder = repository / MODEL_NAME / str(number)
    metadata = read_metadata(folder)
    try:
        _check(metadata, folder)
        return ModelFiles(
            folder=folder,
            number=number,
            version=metadata["version"],
            languages=frozenset(metadata["languages"]),
            topics=tuple(metadata["topics"]),
            tokenizer=(folder / TOKENIZER).read_text(encoding="utf-8"),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise _incomplete(folder, error) from error


def served_number(repository: Path) -> int:
    """Return the number of the version that is served: the one promoted last, or the newest where none ever was.

    Raises ConfigurationError where there is no version at all.
    """
    served = read_standing(repository).served
    return newest_number(repository) if served is None else served


def newest_number(repository: Path) -> int:
    """Return the highest number; ConfigurationError where there is none."""
    numbers = version_numbers(repository)
    if not numbers:
        raise ConfigurationError(
            f"no model at {repository / MODEL_NAME}: set STREAM_APP_MODEL_REPOSITORY to a Triton model repository"
        )
    return numbers[-1]


def version_numbers(repository: Path) -> list[int]:
    """Return the numbers of all versions, lowest first."""
    return sorted(int(folder.name) for folder in (repository / MODEL_NAME).glob("*/") if folder.name.isdecimal())


def read_metadata(folder: Path) -> dict[str, Any]:
    """Return what the export wrote of a version; DataError where there is nothing to read."""
    try:
        metadata = orjson.loads((folder / METADATA).read_bytes())
    except (OSError, ValueError) as error:
        raise _incomplete(folder, error) from error
    if not isinstance(metadata, dict):
        raise _incomplete(folder, TypeError(METADATA))
    return metadata


def _incomplete(folder: Path, error: Exception) -> DataError:
    return DataError(f"{folder} holds no complete model ({error!r}): export it again, or restore the folder")


def _check(metadata: Mapping[str, Any], folder: Path) -> None:
    fits = (
        tuple(metadata["labels"]) == LABELS
        and tuple(metadata["buckets"]) == BUCKETS
        and len(metadata["topics"]) == TOPICS
        and isinstance(metadata["version"], str)
    )
    if not fits:
        raise DataError(f"{folder / METADATA} has other labels, buckets or topics than this program: export it again")
