"""A study of precisions as a table for people, fields for programs, and points for a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from stream_app.promotion.gate import MOST_LOSS
from stream_app.training.judged import HeadScore
from stream_app.training.precision.study import Measured
from stream_app.training.precision.variants import computes_bf16
from stream_app.training.served import HEADS

_OTHERS = ("texts/s", "to the first", "moved", "MB", "lost most", "gate")
NO_BF16 = "bf16, OpenVINO: not on this processor, which has no instructions for it."


def to_markdown(full: Mapping[str, HeadScore], measured: Sequence[Measured]) -> str:
    """Return accuracies, speed, what neighbours move, and whether the gate lets a variant pass."""
    heads = [head for head in HEADS if head in full]
    plain = ("single precision, PyTorch", *(f"{full[head].accuracy:.4f}" for head in heads), *("–",) * len(_OTHERS))
    rows = [("variant", *heads, *_OTHERS), ("---", *("---:",) * (len(heads) + len(_OTHERS))), plain]
    rows += [_cells(one, heads) for one in measured]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return table if computes_bf16() else f"{table}\n{NO_BF16}\n"


def to_fields(one: Measured) -> dict[str, object]:
    """Return what a program wants to know of a variant."""
    names = ("name", "title", "scores", "rate", "speed", "moved", "bytes", "head", "lost", "passes")
    return {name: getattr(one, name) for name in names}


def write_tables(full: Mapping[str, HeadScore], measured: Sequence[Measured], folder: Path) -> None:
    """Write precisions.json and precisions.md into the folder."""
    content = {
        "most_loss": MOST_LOSS,
        "bf16": computes_bf16(),
        "single_precision": full,
        "variants": [*map(to_fields, measured)],
    }
    (folder / "precisions.json").write_bytes(
        orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    (folder / "precisions.md").write_text(to_markdown(full, measured), encoding="utf-8")


def _cells(one: Measured, heads: Sequence[str]) -> tuple[str, ...]:
    accuracies = [f"{one.scores[head].accuracy:.4f}" for head in heads]
    return (
        one.title,
        *accuracies,
        f"{one.rate:.0f}",
        f"{one.speed:.2f}",
        f"{one.moved:.1g}" if one.moved else "0",
        f"{one.bytes / 1e6:.1f}",
        f"{one.head} {100 * one.lost:+.2f}",
        "passes" if one.passes else "refused",
    )
