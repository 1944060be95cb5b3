"""Plots of the deletion test, as SVG: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from stream_app.adapters.svg_figures import write_figures

Curves = Mapping[str, Sequence[float]]
"""By method, a figure for each share."""

_INCHES = (9.0, 6.0)
_COLORS = ("#4c72b0", "#dd8452", "#55a868", "#8c8c8c")


def plot_deletion(heads: Mapping[str, tuple[Curves, Curves]], shares: Sequence[float], folder: Path) -> list[Path]:
    """Write the plot of what each head's prediction loses without, and with only, what is named for it."""
    return write_figures({"deletion": partial(_deletion, heads=heads, shares=shares)}, folder, inches=_INCHES)


def _deletion(figure: Any, heads: Mapping[str, tuple[Curves, Curves]], shares: Sequence[float]) -> None:  # noqa: ANN401
    panels = figure.subplots(len(heads), 2, sharex=True, sharey=True, squeeze=False)
    for row, (head, both) in zip(panels, heads.items(), strict=True):
        for axes, title, curves in zip(
            row, ("without them (higher is better)", "with them alone (lower is better)"), both, strict=True
        ):
            for color, (method, losses) in zip(_COLORS, curves.items(), strict=False):
                axes.plot([100 * share for share in shares], losses, marker="o", color=color, label=method)
            axes.axhline(0, color="black", linewidth=0.8)
            axes.set(title=f"{head}: {title}", xlabel="tokens named, %", ylabel="loss of the label's probability")
    # A head of which no text had a direction has no curves.
    drawn = [axes for axes in panels.flat if axes.get_legend_handles_labels()[0]]
    if drawn:
        drawn[0].legend()
