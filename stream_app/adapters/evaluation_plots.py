"""Plots of how good a model is on held-out texts, as SVG: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_app.adapters.svg_figures import write_figures

_SIZE_INCHES = (14.0, 8.0)
_COLUMNS = 4
_COLORS = ("#4c72b0", "#dd8452", "#55a868", "#8172b3")
_MOST_SHOWN = 9
"""Classes beyond which cells are too small for their numbers."""

Curve = Sequence[tuple[float, float]]
"""Mean confidence and share of right answers of each bin."""
Matrix = tuple[Sequence[str], NDArray[np.int64]]
"""Names of the classes, and how often each `[right, told]`."""


def plot_evaluation(
    curves: Mapping[str, Mapping[str, Curve]], matrices: Mapping[str, Matrix], folder: Path
) -> list[Path]:
    """Write reliability.svg and confusion.svg, a panel for each head; `curves` by what computes them, then by the head.

    NotInstalled where matplotlib is missing.
    """
    draws = {"reliability": partial(_reliability, curves=curves), "confusion": partial(_confusion, matrices=matrices)}
    return write_figures(draws, folder, inches=_SIZE_INCHES)


def _panels(figure: Any, count: int) -> list[Any]:  # noqa: ANN401  (matplotlib's)
    rows = -(-count // _COLUMNS)
    panels = list(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
    for unused in panels[count:]:
        unused.set_axis_off()
    return panels[:count]


def _reliability(figure: Any, curves: Mapping[str, Mapping[str, Curve]]) -> None:  # noqa: ANN401
    heads = list(dict.fromkeys(head for by_head in curves.values() for head in by_head))
    for axes, head in zip(_panels(figure, len(heads)), heads, strict=True):
        axes.plot((0, 1), (0, 1), color="#999999", linewidth=0.8)
        for place, (runtime, by_head) in enumerate(curves.items()):
            if points := by_head.get(head):
                color = _COLORS[place % len(_COLORS)]
                axes.plot(*zip(*points, strict=True), marker="o", markersize=3, color=color, label=runtime)
        axes.set(title=head, xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
        axes.legend()


def _confusion(figure: Any, matrices: Mapping[str, Matrix]) -> None:  # noqa: ANN401
    for axes, (head, (classes, counts)) in zip(_panels(figure, len(matrices)), matrices.items(), strict=True):
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(classes)), classes, rotation=90, fontsize=6)
        axes.set_yticks(range(len(classes)), classes, fontsize=6)
        axes.set(title=head, xlabel="told", ylabel="right")
        if len(classes) <= _MOST_SHOWN:
            for (right, told), count in np.ndenumerate(counts):
                color = "white" if shares[right, told] > 1 / 2 else "black"
                axes.text(told, right, str(count), ha="center", va="center", fontsize=6, color=color)
