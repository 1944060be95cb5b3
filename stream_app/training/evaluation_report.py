"""What `model evaluate` found: figures of each head, how far its confidence comes true, and what it takes for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from stream_app.adapters.whole_file import write_whole
from stream_app.pipeline.tensors import LABELS, STATEMENTS
from stream_app.training.calibration import Bin, reliability
from stream_app.training.judged import HeadScore, Judged, confusion, role_names

Scores = Mapping[str, Mapping[str, HeadScore]]
"""By what computes them, such as `fp32` and `served`, then by the head."""

_COLUMNS = ("head", "computed by", "rows", "accuracy", "macro F1", "weighted F1", "calibration error", "by chance")


@dataclass(frozen=True, slots=True)
class Confused:
    """How often each of the `classes` is told for which: `counts` `[right, told]`."""

    classes: tuple[str, ...]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What was judged (`about`), the figures, and for the held-out texts curves and matrices, where they are told."""

    about: Mapping[str, str]
    scores: Scores
    reliability: Mapping[str, Mapping[str, Sequence[Bin]]] = field(default_factory=dict)
    confusion: Mapping[str, Confused] = field(default_factory=dict)


def reliabilities(judged: Mapping[str, Judged]) -> dict[str, list[Bin]]:
    """Return for each head how often its answers of one confidence are right."""
    return {head: reliability(one.probabilities, one.labels) for head, one in judged.items()}


def confusions(judged: Mapping[str, Judged], topics: Sequence[str]) -> dict[str, Confused]:
    """Return each head's matrix."""
    named: dict[str, Sequence[str]] = {
        "document": LABELS,
        "mention": LABELS,
        "topic": topics,
        "relevance": ("in passing", "what it is about"),
        "causal": ("no cause", "a cause"),
        "statements": STATEMENTS,
    }
    found = {}
    for head, one in judged.items():
        classes = tuple(named[head] if one.texts is None else role_names(one.tags))
        found[head] = Confused(classes, confusion(one, len(classes)))
    return found


def write_report(found: EvaluationReport, folder: Path) -> None:
    """Write evaluate.json and evaluate.md into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    write_whole(folder / "evaluate.json", orjson.dumps(found, option=options))
    write_whole(folder / "evaluate.md", to_markdown(found))


def to_markdown(found: EvaluationReport) -> str:
    """Return the figures as a table, and a matrix for each head."""
    lines = [f"{name}: {value}\n" for name, value in found.about.items()]
    rows = [_cells(head, runtime, one) for runtime, heads in found.scores.items() for head, one in heads.items()]
    lines.append(_table(_COLUMNS, rows, words=2))
    for head, one in found.confusion.items():
        body = [(name, *map(str, row)) for name, row in zip(one.classes, one.counts.tolist(), strict=True)]
        lines.append(f"## {head}: what is right (rows), what is told (columns)\n")
        lines.append(_table(("", *one.classes), body, words=1))
    return "\n".join(lines)


def _cells(head: str, runtime: str, one: HeadScore) -> tuple[str, ...]:
    figures = (one.accuracy, one.macro_f1, one.weighted_f1, one.calibration_error)
    return (head, runtime, f"{one.rows:,}", *(f"{figure:.4f}" for figure in figures), one.chance_shown)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, words: int) -> str:
    rule = ("---",) * words + ("---:",) * (len(columns) - words)
    return "".join(f"| {' | '.join(row)} |\n" for row in (columns, rule, *rows))
