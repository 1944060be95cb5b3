"""What a run cost: learnt numbers, processor time, memory."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path

import orjson
from torch import nn

from stream_app.adapters.whole_file import write_whole

_FILE = "cost.json"


@dataclass(frozen=True, slots=True)
class Cost:
    """`trainable` numbers were learnt, `of` all that the network had; megabytes are the process's at its largest."""

    trainable: int
    of: int
    processor_seconds: float
    peak_megabytes: float


def cost_of(module: nn.Module, processor_seconds: float) -> Cost:
    """Return what the training of the module cost, which stands as it was trained."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(
        trainable=sum(one.numel() for one in module.parameters() if one.requires_grad),
        of=sum(one.numel() for one in module.parameters()),
        processor_seconds=processor_seconds,
        peak_megabytes=peak * 1024 / 1e6,
    )


def write_cost(run: Path, cost: Cost) -> None:
    """Keep a run's cost beside its weights."""
    write_whole(run / _FILE, orjson.dumps(cost, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def read_cost(run: Path) -> Cost | None:
    """Return a finished run's cost, None where nobody kept it."""
    path = run / _FILE
    return Cost(**orjson.loads(path.read_bytes())) if path.exists() else None
