"""Plots of what the probes found, as SVG: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from stream_app.adapters.svg_figures import write_figures
from stream_app.probes.bias import MOST_SHIFT
from stream_app.probes.intervals import Interval
from stream_app.probes.report import ProbeReport
from stream_app.probes.robustness import Family, Finding

_SIZE_INCHES = (9.0, 9.0)
_COLORS = ("#4c72b0", "#dd8452", "#55a868", "#8172b3")
_TITLES: Mapping[Family, str] = {
    Family.KEEPING: "label must stay, yet flips",
    Family.CHANGING: "label must change, yet stays",
    Family.ADDED: "hostile text added, label flips",
}
_SPREAD = 0.6
"""Share of a row over which the points of one kind of edit are spread."""


def plot_probes(found: ProbeReport, folder: Path) -> list[Path]:
    """Write the plots into the folder and return their paths; ConfigurationError where matplotlib is missing."""
    draws = {"flips": partial(_flips, found=found), "groups": partial(_groups, found=found)}
    return write_figures(draws, folder, inches=_SIZE_INCHES)


def _flips(figure: Any, found: ProbeReport) -> None:  # noqa: ANN401  (matplotlib's)
    series = list(dict.fromkeys((one.source, one.judged) for one in found.robustness))
    kinds = {family: _kinds(found.robustness, family) for family in _TITLES}
    heights = [max(1, len(one)) for one in kinds.values()]
    panels = figure.subplots(len(_TITLES), 1, gridspec_kw={"height_ratios": heights})
    for axes, (family, title) in zip(panels, _TITLES.items(), strict=True):
        for place, key in enumerate(series):
            shown = [one for one in found.robustness if one.family is family and (one.source, one.judged) == key]
            shift = _SPREAD * (place / max(1, len(series) - 1) - 1 / 2)
            rows = [kinds[family].index(one.kind) + shift for one in shown]
            color, label = _COLORS[place % len(_COLORS)], f"{key[0]}, {key[1]} judged"
            _intervals(axes, [one.failures for one in shown], rows, color=color, label=label)
        axes.set_yticks(range(len(kinds[family])), kinds[family])
        axes.invert_yaxis()
        axes.set(xlabel=f"share of pairs: {title} (95 % interval)", xlim=(0, 1))
    panels[0].legend()


def _kinds(findings: Sequence[Finding], family: Family) -> list[str]:
    return list(dict.fromkeys(one.kind for one in findings if one.family is family))


def _groups(figure: Any, found: ProbeReport) -> None:  # noqa: ANN401
    axes = figure.subplots()
    groups = sorted(found.bias.groups, key=lambda one: (one.dimension, one.whole.value or 0.0))
    _intervals(axes, [one.whole for one in groups], list(range(len(groups))), color=_COLORS[0], label="all sentences")
    axes.set_yticks(range(len(groups)), [f"{one.dimension} {one.group}" for one in groups])
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    for bound in (-MOST_SHIFT, MOST_SHIFT):
        axes.axvline(bound, color=_COLORS[1], linewidth=0.8)
    axes.set(xlabel="shift of polarity against the mean over all companies (95 % interval); the bound in orange")


def _intervals(axes: Any, figures: Sequence[Interval], rows: Sequence[float], *, color: str, label: str) -> None:  # noqa: ANN401
    known = [
        (one.value, one.value if one.low is None else one.low, one.value if one.high is None else one.high, row)
        for one, row in zip(figures, rows, strict=True)
        if one.value is not None
    ]
    errors = [
        [max(0.0, value - low) for value, low, _, _ in known],  # rounding makes some of them -1e-18
        [max(0.0, high - value) for value, _, high, _ in known],
    ]
    places = [row for *_, row in known]
    axes.errorbar([one[0] for one in known], places, xerr=errors, fmt="o", color=color, label=label, capsize=3)
