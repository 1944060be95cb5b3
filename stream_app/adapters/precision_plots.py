"""The plot of what precisions cost and bring, as SVG: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stream_app.adapters.svg_figures import write_figures

_SIZE_INCHES = (9.0, 5.5)
_PASSES, _REFUSED = "#4c72b0", "#c44e52"


@dataclass(frozen=True, slots=True)
class Mark:
    """A variant: its speed by that of what is served, and the points of accuracy that its worst head lost."""

    name: str
    speed: float
    points: float
    passes: bool


def plot_precisions(marks: Sequence[Mark], folder: Path, *, most: float) -> list[Path]:
    """Write precisions.svg, with a line at the points that may be lost; ConfigurationError without matplotlib."""
    return write_figures({"precisions": partial(_draw, marks=marks, most=most)}, folder, inches=_SIZE_INCHES)


def _draw(figure: Any, marks: Sequence[Mark], most: float) -> None:  # noqa: ANN401  (matplotlib's)
    axes = figure.subplots()
    for passes, color, said in ((True, _PASSES, "passes the gate"), (False, _REFUSED, "refused")):
        chosen = [one for one in marks if one.passes == passes]
        axes.scatter([one.speed for one in chosen], [one.points for one in chosen], color=color, label=said, zorder=3)
    for place, one in enumerate(marks):
        above = 6 if place % 2 else -12
        axes.annotate(one.name, (one.speed, one.points), xytext=(5, above), textcoords="offset points", fontsize=8)
    axes.axhline(most, color="black", linewidth=0.8, linestyle="--", label=f"gate: {most:g} points")
    axes.set(xlabel="texts a second by what is served in fp32", ylabel="points of accuracy lost, worst head")
    axes.margins(x=0.2, y=0.15)
    axes.grid(visible=True, linewidth=0.4)
    axes.legend()
