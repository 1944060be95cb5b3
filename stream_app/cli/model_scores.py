"""How good a model is, as a table or as lines of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.table import Table

from stream_app.cli.output import stdout, write_json

if TYPE_CHECKING:
    from stream_app.training.judged import HeadScore


def show_scores(scores: Mapping[str, Mapping[str, HeadScore]], *, as_json: bool) -> None:
    """Print the figures of each head, by what computes them."""
    table = Table("head", "runtime", "rows", "accuracy", "macro F1", "calibration error", "by chance")
    for runtime, heads in scores.items():
        for head, one in heads.items():
            if as_json:
                write_json({"runtime": runtime, "head": head, "scores": one})
            figures = (one.accuracy, one.macro_f1, one.calibration_error)
            table.add_row(head, runtime, f"{one.rows:,}", *(f"{figure:.4f}" for figure in figures), one.chance_shown)
    if not as_json:
        stdout().print(table)
