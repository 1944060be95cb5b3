"""How entities were spoken of: all of the largest at a glance, and each against its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from stream_app.research.charts.canvas import BLUE, FAINT, INK, ORANGE, dated, svg

_COLUMNS = 3
_LONG_DAYS = 120
_WEEK = timedelta(days=7)
_LEAST_SCALE = 0.2
_DEEPEST = 0.8
"""The polarity from which on colours do not change: weekly means are seldom beyond."""


@dataclass(frozen=True, slots=True)
class Course:
    """One entity: polarity by the first day of each period, and closes by their instant where there are bars."""

    title: str
    polarity: Mapping[date, float]
    closes: Sequence[tuple[datetime, float]] = ()


def periods(daily: Mapping[str, Sequence[float]], *, weekly: bool) -> dict[date, float]:
    """Return the weighted mean of each day, or of each week from Monday, from sums and weights by day."""
    sums: dict[date, list[float]] = {}
    for written, (total, weight) in daily.items():
        day = date.fromisoformat(written)
        first = day - timedelta(days=day.weekday()) if weekly else day
        held = sums.setdefault(first, [0.0, 0.0])
        held[0] += total
        held[1] += weight
    return {first: total / weight for first, (total, weight) in sorted(sums.items()) if weight > 0}


def is_long(days: Sequence[str]) -> bool:
    """Tell whether days are too many to be told apart."""
    return bool(days) and (date.fromisoformat(max(days)) - date.fromisoformat(min(days))).days > _LONG_DAYS


def against_price(courses: Sequence[Course], *, weekly: bool) -> str:
    """Return a pair of panels for each entity: its price above, how it was spoken of below."""
    rows = -(-len(courses) // _COLUMNS)

    def draw(figure: Any) -> None:  # noqa: ANN401  (matplotlib's)
        boxes = figure.subfigures(rows, _COLUMNS, squeeze=False).ravel()
        span = _span(courses, _WEEK if weekly else timedelta(days=1))
        for box, course in zip(boxes, courses, strict=False):
            _course(box, course, span=span, weekly=weekly)

    return svg(draw, height=2.5 * rows)


def _span(courses: Sequence[Course], period: timedelta) -> tuple[date, date]:
    known = [day for course in courses for day in course.polarity]
    return min(known) - timedelta(days=1), max(known) + period


def _course(box: Any, course: Course, *, span: tuple[date, date], weekly: bool) -> None:  # noqa: ANN401
    box.suptitle(course.title, x=0.02, ha="left", fontsize=10, fontweight="bold")
    if course.closes:
        price, tone = box.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 2)})
        within = [(at, close) for at, close in course.closes if span[0] <= at.date() <= span[1]]
        price.plot([at for at, _ in within], [close for _, close in within], color=INK, linewidth=1.1)
        price.set_ylabel("price", fontsize=8)
        price.tick_params(labelbottom=False, labelsize=8)
    else:
        tone = box.subplots()
    firsts, values = list(course.polarity), list(course.polarity.values())
    width = _WEEK if weekly else timedelta(days=1)
    colors = [BLUE if value >= 0 else ORANGE for value in values]
    tone.bar([first + width / 2 for first in firsts], values, width=width, color=colors, linewidth=0)
    tone.axhline(0, color=FAINT, linewidth=0.8)
    most = max([_LEAST_SCALE, *map(abs, values)])
    tone.set(ylim=(-most * 1.08, most * 1.08), xlim=span)
    tone.set_ylabel("polarity", fontsize=8)
    tone.tick_params(labelsize=8)
    tone.grid(visible=False, axis="x")
    dated(tone, most=4)


def at_a_glance(courses: Sequence[Course], *, weekly: bool) -> str:
    """Return a map: a line for each entity, a cell for each period, coloured by polarity; blank where none spoke."""
    firsts = sorted({first for course in courses for first in course.polarity})
    step = _WEEK if weekly else timedelta(days=1)
    columns = [firsts[0] + number * step for number in range((firsts[-1] - firsts[0]) // step + 1)]
    grid = np.array([[course.polarity.get(first, np.nan) for first in columns] for course in courses])

    def draw(figure: Any) -> None:  # noqa: ANN401
        from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415  (an extra)

        axes = figure.subplots()
        colors = LinearSegmentedColormap.from_list("tone", [ORANGE, "#f7f4ee", BLUE])
        edges = [*columns, columns[-1] + step]
        lines = np.arange(len(courses) + 1)
        shown = axes.pcolormesh(edges, lines, grid, cmap=colors, vmin=-_DEEPEST, vmax=_DEEPEST, rasterized=True)
        axes.set_yticks(np.arange(len(courses)) + 0.5, [course.title for course in courses])
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.tick_params(axis="y", length=0)
        dated(axes, most=12)
        bar = figure.colorbar(shown, ax=axes, shrink=0.6, pad=0.01, aspect=25)
        bar.set_ticks([-_DEEPEST, 0, _DEEPEST], labels=["negative", "neutral", "positive"])

    return svg(draw, height=0.7 + 0.24 * len(courses))
