"""The fusion model's files, as Triton's model repository holds them: which versions, and what belongs to each.

A version's folder holds its main network. Further ones, each for its own languages, lie in folders within it, and the
main one's metadata tells the first id of each (`first_ids`), lowest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from stream_app.adapters.model_standing import read_standing
from stream_app.errors import ConfigurationError, DataError
from stream_app.pipeline.tensors import BUCKETS, LABELS, MODEL_NAME, TOPICS

METADATA, TOKENIZER, WEIGHTS = "metadata.json", "tokenizer.json", "model.onnx"
FIRST_IDS = "first_ids"


@dataclass(frozen=True, slots=True)
class NetworkFiles:
    """One network of a version: its folder, the ISO 639-1 codes of what it reads, and its place among the ids.

    `tokenizer` is the content of `tokenizer.json`.
    """

    folder: Path
    languages: frozenset[str]
    tokenizer: str
    first_id: int = 0


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """One version of the model: its folder, and what a client must know of it.

    `number` is the version's folder, by which Triton is asked for it; `version` goes into every event; `topics` are in
    the model's order; `main` is the network that lies in the folder itself.
    """

    folder: Path
    number: int
    version: str
    topics: tuple[str, ...]
    main: NetworkFiles
    further: tuple[NetworkFiles, ...] = ()

    @property
    def networks(self) -> tuple[NetworkFiles, ...]:
        """All networks, the main one first."""
        return (self.main, *self.further)

    @property
    def languages(self) -> frozenset[str]:
        """What any of the networks reads."""
        return frozenset().union(*(network.languages for network in self.networks))

    @property
    def tokenizer(self) -> str:
        """The main network's `tokenizer.json`."""
        return self.main.tokenizer


def read_model(repository: Path, number: int | None = None) -> ModelFiles:
    """Return that version, or the one that is served.

    Raises ConfigurationError where there is none, DataError where its files do not fit this program.
    """
    known = version_numbers(repository)
    if number is not None and known and number not in known:
        raise ConfigurationError(
            f"{repository} has no version {number}: it has {', '.join(map(str, known))}; name one, or unset "
            "STREAM_APP_MODEL_VERSION"
        )
    number = served_number(repository) if number is None else number
    return read_version(repository / MODEL_NAME / str(number), number)


def read_version(folder: Path, number: int) -> ModelFiles:
    """Return the version that lies in any folder; DataError where its files do not fit this program."""
    metadata = read_metadata(folder)
    try:
        _check(metadata, folder)
        return ModelFiles(
            folder=folder,
            number=number,
            version=metadata["version"],
            topics=tuple(metadata["topics"]),
            main=_network(folder, metadata, 0),
            further=tuple(_further(folder, metadata)),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise _incomplete(folder, error) from error


def _further(folder: Path, metadata: Mapping[str, Any]) -> Iterator[NetworkFiles]:
    for name, first_id in metadata.get(FIRST_IDS, {}).items():
        own = read_metadata(folder / name)
        _check(own | {"version": metadata["version"]}, folder / name)
        if own["topics"] != metadata["topics"]:
            raise DataError(f"{folder / name / METADATA} has other topics than the main network: export it again")
        yield _network(folder / name, own, first_id)


def _network(folder: Path, metadata: Mapping[str, Any], first_id: int) -> NetworkFiles:
    tokenizer = (folder / TOKENIZER).read_text(encoding="utf-8")
    return NetworkFiles(folder, frozenset(metadata["languages"]), tokenizer, first_id)


def network_folders(folder: Path) -> list[Path]:
    """Return the folders of a version's networks, the main one first."""
    return [folder, *(folder / name for name in read_metadata(folder).get(FIRST_IDS, {}))]


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


def topic_labels(repository: Path) -> frozenset[str]:
    """Return the topics that any version tells apart: one of them may be promoted at any time. None of none."""
    found: set[str] = set()
    for number in version_numbers(repository):
        with suppress(DataError):
            found.update(read_metadata(repository / MODEL_NAME / str(number)).get("topics", ()))
    return frozenset(found)


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
