"""Plots of a fit, as SVG: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from stream_app.adapters.svg_figures import write_figures
from stream_app.calibration.checking import Bin
from stream_app.calibration.estimation import LEVEL, OWN, Strength
from stream_app.calibration.fit import FITTED, PRIORS, Fit

_SIZE_INCHES = (9.0, 5.0)
_ONE, _OTHER = "#4c72b0", "#dd8452"
_ERRORS_SHOWN = 1.96


def plot_fit(found: Fit, folder: Path) -> list[Path]:
    """Write the plots into the folder and return their paths; ConfigurationError where matplotlib is missing."""
    draws = {name: partial(draw, found=found) for name, draw in _PLOTS.items()}
    return write_figures(draws, folder, inches=_SIZE_INCHES)


def _reliability(figure: Any, found: Fit) -> None:  # noqa: ANN401  (matplotlib's)
    chances = found.variant(PRIORS if found.parameters.name == "calibrated" else FITTED).chances
    if chances is None:
        return
    sides = (("before calibration", chances.bins_before, _OTHER), ("after", chances.bins_after, _ONE))
    for axes, (title, bins, color) in zip(figure.subplots(1, 2), sides, strict=True):
        _bins(axes, bins, color=color)
        axes.set(title=f"Check period, {title}", xlabel="probability told", ylabel="came true (95 % interval)")


def _bins(axes: Any, bins: Sequence[Bin], *, color: str) -> None:  # noqa: ANN401
    told, seen = ([one.told for one in bins], [one.came_true.value for one in bins])
    spans = [
        [one.came_true.value - one.came_true.low for one in bins],
        [one.came_true.high - one.came_true.value for one in bins],
    ]
    axes.errorbar(told, seen, yerr=spans, fmt="o", color=color, capsize=3)
    ends = [min([*told, *seen], default=0.0), max([*told, *seen], default=1.0)]
    axes.plot(ends, ends, color="black", linewidth=0.8)


def _strengths(figure: Any, found: Fit) -> None:  # noqa: ANN401
    parts = (("relations", found.ways), ("topics", found.topics))
    for axes, (title, strengths) in zip(figure.subplots(1, 2), parts, strict=True):
        _intervals(axes, [one for one in strengths if one.name not in {OWN, LEVEL}])
        axes.set(title=f"Strength of {title}", xlabel="times the prior (95 % interval)")


def _intervals(axes: Any, strengths: Sequence[Strength]) -> None:  # noqa: ANN401
    values, errors = ([one.value for one in strengths], [_ERRORS_SHOWN * one.error for one in strengths])
    axes.errorbar(values, range(len(values)), xerr=errors, fmt="o", color=_ONE, capsize=3)
    axes.set_yticks(range(len(values)), [one.name for one in strengths])
    axes.invert_yaxis()
    for place, color in ((0.0, "black"), (1.0, _OTHER)):
        axes.axvline(place, color=color, linewidth=0.8)


def _coefficients(figure: Any, found: Fit) -> None:  # noqa: ANN401
    axes = figure.subplots()
    for shift, name, color in ((-0.15, "next_day", _ONE), (0.15, "same_day", _OTHER)):
        figures = [getattr(one.signal, name) for one in found.variants]
        places = [place + shift for place in range(len(figures))]
        spans = [[one.value - one.low for one in figures], [one.high - one.value for one in figures]]
        label = {"next_day": "next day (prediction)", "same_day": "same day (association)"}[name]
        axes.errorbar([one.value for one in figures], places, xerr=spans, fmt="o", color=color, capsize=3, label=label)
    axes.set_yticks(range(len(found.variants)), [one.name for one in found.variants])
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set(title="Check period", xlabel="information coefficient (95 % interval)")
    axes.legend()


_PLOTS: Mapping[str, Callable[..., None]] = {
    "reliability": _reliability,
    "strengths": _strengths,
    "coefficients": _coefficients,
}
