"""What finished runs of every kind of network have in common: parts of their records, and who reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from stream_app.training.config import StatementConfig, TrainConfig
from stream_app.training.network import FusionNetwork
from stream_app.training.source_file import SourceFile


class AveragedRecord(BaseModel):
    """The run whose weights are in a mean with those of this one, and how much this one counts, 0..1."""

    run: str
    share: float


class Record(BaseModel):
    """What a finished run of any kind was made of.

    `topics` are the labels of its topic head in order, where they follow from data; `statements` is how the head on
    what texts state was learnt, `averaged` with what its weights are in a mean; None where there was none. A run that
    is `imported` is an exported network, of which this is the name or digest.
    """

    config: TrainConfig
    topics: tuple[str, ...] = ()
    files: tuple[SourceFile, ...]
    statements: StatementConfig | None = None
    averaged: AveragedRecord | None = None
    imported: str | None = None


def own_stage(record: Record, *, imported_as: str = "") -> Iterator[str]:
    """Yield in words how a run's last stage was learnt, or where it was imported from, and in what mean it is."""
    if record.imported:
        yield f"{imported_as}`{record.imported}`, whose own card tells how it was made"
    else:
        yield f"`{record.config.model_dump(exclude_defaults=True)}`"
    if record.averaged:
        yield f"the mean of these weights, {record.averaged.share:g}, and those of the run `{record.averaged.run}`"


class Runs(Protocol):
    """What reads and writes finished runs of one kind of network: `training/run.py`, or that for Chinese."""

    def load_network(self, run: Path) -> FusionNetwork:
        """Return the network of a finished run."""
        ...

    def load_record(self, run: Path) -> Record:
        """Return what it was made of."""
        ...

    def write_record(self, run: Path, record: Any) -> None:  # noqa: ANN401  (each has its own)
        """Say what it was made of."""
        ...
