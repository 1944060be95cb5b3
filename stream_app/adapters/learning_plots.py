"""Plots of how accuracy grows with the share of labels, as SVG: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from stream_app.adapters.svg_figures import write_figures

_PANEL_INCHES, _HEIGHT_INCHES = 4.0, 4.0
_COLORS = ("#4c72b0", "#dd8452", "#55a868", "#8172b3", "#c44e52", "#937860")

Points = Sequence[tuple[float, float]]
"""Shares of the labels, 0..1, and the accuracy with each."""


def plot_curves(drawn: Mapping[str, Mapping[str, Points]], folder: Path) -> list[Path]:
    """Write learning.svg, a panel for each head and a line for each series; ConfigurationError without matplotlib."""
    inches = (_PANEL_INCHES * len(drawn), _HEIGHT_INCHES)
    return write_figures({"learning": partial(_panels, drawn=drawn)}, folder, inches=inches)


def _panels(figure: Any, drawn: Mapping[str, Mapping[str, Points]]) -> None:  # noqa: ANN401  (matplotlib's)
    panels = figure.subplots(1, len(drawn), squeeze=False)[0]
    for axes, (head, series) in zip(panels, drawn.items(), strict=True):
        for place, (name, points) in enumerate(series.items()):
            shares, accuracies = zip(*((100 * share, accuracy) for share, accuracy in points), strict=True)
            axes.plot(shares, accuracies, marker="o", color=_COLORS[place % len(_COLORS)], label=name)
        axes.set(title=head, xscale="log", xlabel="labels used, %", ylabel="accuracy on held-out texts")
        ticks = sorted({100 * share for points in series.values() for share, _ in points})
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.grid(visible=True, linewidth=0.4)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center")
