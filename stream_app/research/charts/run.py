"""A run to look at: how much there was, what alerted, how fast it went, what was rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any

from stream_app.research.charts.canvas import (
    BLUE,
    FAINT,
    GOLD,
    INK,
    ORANGE,
    RED,
    SERIES,
    TEAL,
    dated,
    days,
    svg,
    thousands,
)

_WEEK = 7
_LINE_INCHES, _FRAME_INCHES = 0.42, 1.1
_MOST_LINES = 20
_MOST_BARS = 800
"""More than can be told apart on the page, and each takes 150 bytes of it."""
_MOST_STROKES = 1200
_LABELS = {-3: "1 ms", -2: "10 ms", -1: "0.1 s", 0: "1 s", 1: "10 s", 2: "100 s", 3: "17 min", 4: "3 h", 5: "28 h"}

Days = Mapping[str, float]


def volumes(documents: Days, events: Days, risks: Days) -> str:
    """Return documents, events and risk events by day of event time, each with its mean over a week."""
    shown = [
        (title, counts, color)
        for title, counts, color in (
            ("Documents a day", documents, BLUE),
            ("Sentiment events a day: one for each document and entity", events, TEAL),
            ("Risk events a day: who else is exposed", risks, ORANGE),
        )
        if counts
    ]

    def draw(figure: Any) -> None:  # noqa: ANN401  (matplotlib's)
        rows = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (title, counts, color) in zip(rows, shown, strict=True):
            _volume(axes, counts, color=color)
            axes.set_title(title)

    return svg(draw, height=0.5 + 1.7 * len(shown))


def _volume(axes: Any, counts: Days, *, color: str) -> None:  # noqa: ANN401
    every = _every_day(counts)
    values = [counts.get(day.isoformat(), 0) for day in every]
    step = -(-len(every) // _MOST_BARS)
    firsts, heights = every[::step], [fmean(values[place : place + step]) for place in range(0, len(values), step)]
    label = f"mean of {step} days" if step > 1 else None
    align = "edge" if step > 1 else "center"
    bars = axes.bar(firsts, heights, width=step, align=align, color=color, alpha=0.45, linewidth=0, label=label)
    if step > 1:
        axes.legend(handles=[bars], loc="upper left")
    elif len(every) > 2 * _WEEK:
        means = [sum(values[max(0, end - _WEEK) : end]) / min(end, _WEEK) for end in range(1, len(values) + 1)]
        axes.plot(every, means, color=INK, linewidth=1.1, label="mean of the last 7 days")
        axes.legend(loc="upper left")
    axes.set_ylim(bottom=0)
    axes.grid(visible=False, axis="x")
    dated(axes, most=12)
    thousands(axes.yaxis)


def _every_day(counts: Days) -> list[date]:
    known = days(sorted(counts))
    return [known[0] + timedelta(days=number) for number in range((known[-1] - known[0]).days + 1)]


def alert_times(alerts: Mapping[str, Sequence[str]]) -> str:
    """Return a line for each subscription, with a stroke for each alert in event time; the busiest come first."""
    names = sorted(alerts, key=lambda name: (-len(alerts[name]), name))[:_MOST_LINES]
    span = _span(alerts[name] for name in names)

    def draw(figure: Any) -> None:  # noqa: ANN401
        axes = figure.subplots()
        for place, name in enumerate(names):
            strokes = strokes_of(alerts[name], span)
            strength = max(0.12, min(0.9, 150 / len(alerts[name])))
            alphas = [1 - (1 - strength) ** count for count in strokes.values()]  # as strokes on each other look
            axes.vlines(list(strokes), place - 0.36, place + 0.36, color=SERIES[place % 4], alpha=alphas, linewidth=0.9)
        axes.set_yticks(range(len(names)), [f"{name}\n{len(alerts[name]):,} alerts" for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        dated(axes, most=12)

    return svg(draw, height=_FRAME_INCHES + _LINE_INCHES * len(names))


def _span(written: Iterable[Sequence[str]]) -> tuple[datetime, datetime]:
    ends = [(min(moments), max(moments)) for moments in written]
    return datetime.fromisoformat(min(ends)[0]), datetime.fromisoformat(max(end for _, end in ends))


def strokes_of(moments: Sequence[str], span: tuple[datetime, datetime]) -> Counter[datetime]:
    """Return how many alerts each stroke stands for, by its moment; a page has room for so many strokes alone."""
    begin, end = span
    width = max((end - begin) / _MOST_STROKES, timedelta(seconds=1))
    return Counter(begin + (datetime.fromisoformat(moment) - begin) // width * width for moment in moments)


def pace(by_second: Mapping[str, int], waits: Mapping[str, Counter[int]], *, steps: int) -> str:
    """Return events by the wall clock of the run, and beside it how long things waited."""

    def draw(figure: Any) -> None:  # noqa: ANN401
        columns = figure.subplots(1, 1 + bool(waits), squeeze=False)[0]
        _pace(columns[0], by_second)
        if waits:
            _waits(columns[1], waits, steps)

    return svg(draw, height=3.0)


def _pace(axes: Any, by_second: Mapping[str, int]) -> None:  # noqa: ANN401
    begin, end = (datetime.fromisoformat(found(by_second)) for found in (min, max))
    width = max(1, round((end - begin).total_seconds() / 120))
    bins: Counter[int] = Counter()
    for second, count in by_second.items():
        bins[int((datetime.fromisoformat(second) - begin).total_seconds()) // width] += count
    last = int((end - begin).total_seconds()) // width
    minutes = [place * width / 60 for place in range(last + 1)]
    axes.step(minutes, [bins[place] / width for place in range(last + 1)], where="post", color=BLUE, linewidth=1.2)
    axes.set(title="Events a second, by the clock on the wall", xlabel="minutes since the first event")
    axes.set_ylim(bottom=0)
    thousands(axes.yaxis)


def _waits(axes: Any, waits: Mapping[str, Counter[int]], steps: int) -> None:  # noqa: ANN401
    for color, (what, counts) in zip((TEAL, GOLD), sorted(waits.items()), strict=False):
        total = sum(counts.values())
        places = range(min(counts), max(counts) + 1)
        shares = [100 * counts[place] / total for place in places]
        label = f"{what} (median {_median(counts, steps)}, n = {total:,})"
        axes.bar([place + 0.5 for place in places], shares, width=0.9, alpha=0.6, color=color, label=label)
    low, high = min(map(min, waits.values())), max(map(max, waits.values())) + 1
    ticks = [power for power in _LABELS if low - steps < power * steps <= high + steps]
    axes.set_xticks([power * steps for power in ticks], [_LABELS[power] for power in ticks])
    axes.set(title="Latency", ylabel="% of cases")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1))


def _median(counts: Counter[int], steps: int) -> str:
    left = sum(counts.values()) / 2
    for place in sorted(counts):
        left -= counts[place]
        if left <= 0:
            break
    seconds = 10 ** ((place + 0.5) / steps)
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def letters(kinds: Mapping[str, int]) -> str:
    """Return rejected records by kind, the most frequent first."""
    names = sorted(kinds, key=lambda kind: (-kinds[kind], kind))

    def draw(figure: Any) -> None:  # noqa: ANN401
        axes = figure.subplots()
        bars = axes.barh(names, [kinds[name] for name in names], color=RED, alpha=0.75, height=0.6)
        axes.bar_label(bars, [f" {kinds[name]:,}" for name in names])
        axes.invert_yaxis()
        axes.set(xlabel="records")
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_color(FAINT)
        thousands(axes.xaxis)

    return svg(draw, height=_FRAME_INCHES + 0.32 * len(names))
