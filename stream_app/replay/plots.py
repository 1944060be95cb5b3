"""Plots of how two runs differ, as SVG: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from stream_app.adapters.svg_figures import write_figures
from stream_app.replay.compare import Differences

_MOST_BARS = 20
_SIZE_INCHES = (9.0, 4.5)
_ONE, _OTHER = "#4c72b0", "#dd8452"


def plot_differences(found: Differences, folder: Path) -> list[Path]:
    """Write the plots into the folder and return their paths; ConfigurationError where matplotlib is missing."""
    draws = {name: partial(_drawn, draw, found) for name, draw in _PLOTS.items()}
    return write_figures(draws, folder, inches=_SIZE_INCHES)


def _drawn(draw: Callable[[Any, Differences], None], found: Differences, figure: Any) -> None:  # noqa: ANN401  (matplotlib's)
    draw(figure.subplots(), found)


def _counts(axes: Any, found: Differences) -> None:  # noqa: ANN401  (matplotlib's)
    topics = [topic for topic, pair in found.counts.items() if any(pair)]
    places = range(len(topics))
    for shift, name, color in ((-0.2, found.one, _ONE), (0.2, found.other, _OTHER)):
        values = [found.counts[topic][int(color == _OTHER)] for topic in topics]
        axes.barh([place + shift for place in places], values, height=0.4, label=name, color=color)
    axes.set_yticks(list(places), topics)
    axes.invert_yaxis()
    axes.set(xlabel="records", title="Records by topic")
    axes.legend()


def _shifts(axes: Any, found: Differences) -> None:  # noqa: ANN401
    shifts = [shift for shift in found.shifts if shift.most][:_MOST_BARS]
    labels = [f"{shift.name} ({shift.events})" for shift in shifts]
    axes.barh(labels, [shift.mean for shift in shifts], color=_OTHER)
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    title = "Where polarity moved most" if shifts else "No polarity moved"
    axes.set(xlabel=f"mean polarity of {found.other} less that of {found.one}", title=title)


def _moves(axes: Any, found: Differences) -> None:  # noqa: ANN401
    width = 4 / len(found.moves)
    axes.bar([-2 + (place + 0.5) * width for place in range(len(found.moves))], found.moves, width * 0.9, color=_ONE)
    axes.set(xlabel="polarity moved by", ylabel="events", yscale="symlog", title="Moves of polarity, event by event")


def _daily(axes: Any, found: Differences) -> None:  # noqa: ANN401
    days = list(found.daily)
    for place, name, color in ((0, found.one, _ONE), (1, found.other, _OTHER)):
        axes.plot(range(len(days)), [found.daily[day][place] for day in days], label=name, color=color, linewidth=1)
    step = max(1, len(days) // 8)
    axes.set_xticks(range(0, len(days), step), days[::step], rotation=30, ha="right")
    axes.set(ylabel="mean polarity", title="Mean polarity by day of event time")
    axes.legend()


_PLOTS: Mapping[str, Callable[[Any, Differences], None]] = {
    "counts": _counts,
    "shifts": _shifts,
    "moves": _moves,
    "daily": _daily,
}
