"""The mean of the weights of two runs of one network: what a later stage learnt, with less of what it forgot.

θ = (1 - s) θ_before + s θ_after (Wortsman et al. 2022, robust fine-tuning of zero-shot models).
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from stream_app.errors import DataError
from stream_app.training.encoder import copy_encoder
from stream_app.training.runs import AveragedRecord, Record, Runs
from stream_app.training.weights import WEIGHTS, read_weights, write_weights


def average(before: Path, after: Path, out: Path, *, share: float, runs: Runs) -> Record:
    """Write the mean of two finished runs into the folder `out`, in which `after` counts `share`, 0..1.

    Raises DataError where they are of different networks, or `out` holds a run already.
    """
    if (out / WEIGHTS).exists():
        raise DataError(f"{out} holds a run already; give another folder with --out")
    records = runs.load_record(before), runs.load_record(after)
    one, other = (read_weights(run) for run in (before, after))
    alike = one.keys() == other.keys() and all(one[name].shape == other[name].shape for name in one)
    if not alike or records[0].topics != records[1].topics:
        raise DataError(f"{before} and {after} are of different networks: average a run with one that went on from it")
    out.mkdir(parents=True, exist_ok=True)
    copy_encoder(after, out)
    write_weights(out, {name: _mean(one[name], other[name], share) for name in one})
    record = records[1].model_copy(update={"averaged": AveragedRecord(run=before.name, share=share)})
    runs.write_record(out, record)
    return record


def _mean(before: Tensor, after: Tensor, share: float) -> Tensor:
    """Return the mean of two tensors; numbers that are no floats count steps or places, and are the later run's."""
    return before.lerp(after, share) if before.is_floating_point() else after
