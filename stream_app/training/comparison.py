"""Finished runs side by side: what each cost, how well it reads the held-out texts, and how that grows with labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from stream_app.errors import DataError
from stream_app.training.config import TrainConfig
from stream_app.training.cost import Cost, read_cost
from stream_app.training.judged import HeadScore
from stream_app.training.run import load_record, read_metrics
from stream_app.training.source_file import source_file

HEADS = ("document", "mention", "topic")
_COLUMNS = ("run", "tuning", "encoder", "labels %", "trainable", "CPU s", "peak MB", *HEADS)

Curves = Mapping[str, Mapping[str, Sequence[tuple[float, float]]]]
"""For each head, by the name of the series, shares of the labels with the accuracy there."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A finished run; `pretrained` tells whether its encoder had the self-supervised stage."""

    name: str
    config: TrainConfig
    pretrained: bool
    cost: Cost
    scores: Mapping[str, HeadScore]


def is_finished(run: Path, config: TrainConfig, data: Path) -> bool:
    """Tell whether the folder holds a run of this configuration, on these files, that has ended and was scored."""
    try:
        record = load_record(run)
        same = record.config == config and all(source_file(data, Path(one.path)) == one for one in record.files)
        return same and bool(read_metrics(run)) and read_cost(run) is not None
    except (DataError, OSError):
        return False


def read_compared(run: Path) -> Compared:
    """Return a finished run's figures; `DataError` where it has not ended."""
    record, cost = load_record(run), read_cost(run)
    if cost is None:
        raise DataError(f"{run} does not say what it cost; train it again into another folder")
    return Compared(run.name, record.config, record.pretrained is not None, cost, read_metrics(run))


def to_fields(one: Compared) -> dict[str, object]:
    """Return what a program wants to know of a run."""
    return {
        "run": one.name,
        "tuning": one.config.tuning.method,
        "pretrained": one.pretrained,
        "label_share": one.config.label_share,
        "cost": one.cost,
        "scores": one.scores,
    }


def to_markdown(found: Sequence[Compared]) -> str:
    """Return a table of the runs: cost, and the accuracy of each head on the held-out texts."""
    rows = [_COLUMNS, ("---",) * 3 + ("---:",) * (len(_COLUMNS) - 3), *map(_cells, found)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def write_compared(found: Sequence[Compared], folder: Path) -> None:
    """Write compare.json and compare.md into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    content = orjson.dumps([to_fields(one) for one in found], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (folder / "compare.json").write_bytes(content)
    (folder / "compare.md").write_text(to_markdown(found), encoding="utf-8")


def curves(found: Iterable[Compared]) -> Curves:
    """Return how accuracy grows with the labels, for each way of tuning with and without the self-supervised stage."""
    drawn: dict[str, dict[str, list[tuple[float, float]]]] = {head: {} for head in HEADS}
    for one in sorted(found, key=lambda one: one.config.label_share):
        series = f"{one.config.tuning.method}, {'after' if one.pretrained else 'without'} the self-supervised stage"
        for head in HEADS:
            drawn[head].setdefault(series, []).append((one.config.label_share, one.scores[head].accuracy))
    return drawn


def _cells(one: Compared) -> tuple[str, ...]:
    return (
        one.name,
        one.config.tuning.method,
        "after the self-supervised stage" if one.pretrained else "as it came",
        f"{100 * one.config.label_share:g}",
        f"{one.cost.trainable:,}",
        f"{one.cost.processor_seconds:.0f}",
        f"{one.cost.peak_megabytes:.0f}",
        *(f"{one.scores[head].accuracy:.4f}" for head in HEADS),
    )
