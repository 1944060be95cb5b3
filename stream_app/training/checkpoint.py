"""What a run needs to go on after an interruption; written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from stream_app.adapters.whole_file import replacing
from stream_app.errors import DataError

_FILE = "checkpoint.pt"
_DAMAGED = (RuntimeError, UnpicklingError, EOFError, KeyError, TypeError)
"""What `torch.load` meets in a file that is none of its own, or is cut short."""


def tensors_digest(tensors: Iterable[Tensor]) -> bytes:
    """Return the digest of what these tensors hold, in their order, for the recipe of a run that they decide on."""
    digest = sha256()
    for tensor in tensors:
        digest.update(tensor.numpy().tobytes())
    return digest.digest()


def save_checkpoint(run: Path, state: dict[str, Any]) -> None:
    """Replace the run's checkpoint by `state` in one step; DataError, and the one before, where there is no room."""
    try:
        with replacing(run / _FILE) as draft:
            torch.save(state, draft)
    except RuntimeError as error:  # what PyTorch makes of a full disk
        raise DataError(f"{run / _FILE} cannot be written: make room, and start again, which goes on here") from error


def load_checkpoint(run: Path, recipe: str) -> dict[str, Any] | None:
    """Return the run's checkpoint, None where it has none; `recipe` must be the one it was written with."""
    path = run / _FILE
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        known = state["recipe"] == recipe
    except _DAMAGED as error:
        raise DataError(f"{path} is damaged ({type(error).__name__}); remove it, and the run begins anew") from error
    if not known:
        raise DataError(
            f"{path} was written with other data or settings; give another folder with --out, or remove this one"
        )
    return state
