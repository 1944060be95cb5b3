"""What a run needs to go on after an interruption; written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stream_app.errors import DataError

_FILE = "checkpoint.pt"


def tensors_digest(tensors: Iterable[Tensor]) -> bytes:
    """Return the digest of what these tensors hold, in their order, for the recipe of a run that they decide on."""
    digest = sha256()
    for tensor in tensors:
        digest.update(tensor.numpy().tobytes())
    return digest.digest()


def save_checkpoint(run: Path, state: dict[str, Any]) -> None:
    """Replace the run's checkpoint by `state` in one step."""
    partial = run / f"{_FILE}.partial"
    torch.save(state, partial)
    partial.replace(run / _FILE)


def load_checkpoint(run: Path, recipe: str) -> dict[str, Any] | None:
    """Return the run's checkpoint, None where it has none; `recipe` must be the one it was written with."""
    path = run / _FILE
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    if state["recipe"] != recipe:
        raise DataError(
            f"{path} was written with other data or settings; give another folder with --out, or remove this one"
        )
    return state
