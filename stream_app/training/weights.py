"""A run's weights as a file: written whole or not at all, and read with a reason where they are damaged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from stream_app.adapters.whole_file import replacing
from stream_app.errors import ConfigurationError, DataError

WEIGHTS = "network.safetensors"


def write_weights(run: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a run's weights in one step; DataError where there is no room for them."""
    try:
        with replacing(run / WEIGHTS) as draft:
            save_file(dict(tensors), draft)
    except SafetensorError as error:
        raise DataError(f"{run / WEIGHTS} cannot be written ({error}): make room, and start again") from error


def read_weights(run: Path) -> dict[str, Tensor]:
    """Return a run's weights; DataError where they are missing or damaged."""
    path = run / WEIGHTS
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path} holds no weights ({error}): restore it, or make the run again") from error


def refuse_source(out: Path, *runs: Path | None) -> None:
    """Raise ConfigurationError where `out` is the folder of a run that something is made of: it would be overwritten.

    What is made of a run is judged beside it, which needs both.
    """
    for run in runs:
        if run is not None and out.resolve() == run.resolve():
            raise ConfigurationError(f"{out} is the run that this is made of: give another folder with --out")
