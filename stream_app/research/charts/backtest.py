"""A back-test to look at: how a signal fades with the horizon, what each part of it earned, how it ran over time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from stream_app.research.backtest.bootstrap import Interval
from stream_app.research.backtest.signals import SIGNALS
from stream_app.research.backtest.study import Finding, Study
from stream_app.research.charts.canvas import BLUE, FAINT, GRID, INK, ORANGE, RED, SERIES, dated, svg, write

_TITLES = {signal.name: signal.title for signal in SIGNALS}
_EPOCH = date(1970, 1, 1)
_POINTS = 10_000
_HEIGHT = 3.1


def plot_study(found: Study, folder: Path) -> list[Path]:
    """Write the charts into the folder and return their files; none where the study found nothing."""
    return [write(drawn, folder / f"{name}.svg") for name, drawn in charts(found).items()]


def charts(found: Study) -> dict[str, str]:
    """Return the charts by name; none where no day counted."""
    if not any(one.days for one in found.findings):
        return {}
    return {
        "decay": svg(lambda figure: _decay(figure, found), height=_HEIGHT),
        "parts": svg(lambda figure: _parts(figure, found), height=_HEIGHT),
        "running": svg(lambda figure: _running(figure, found), height=_HEIGHT),
    }


def _of(found: Study, name: str) -> list[Finding]:
    return [one for one in found.findings if one.signal == name and one.days]


def _names(found: Study) -> list[str]:
    return [name for name in _TITLES if _of(found, name)]


def _decay(figure: Any, found: Study) -> None:  # noqa: ANN401  (matplotlib's)
    names = _names(found)
    for axes, name in zip(_row(figure, len(names)), names, strict=True):
        ones = _of(found, name)
        for place, one in enumerate(ones):
            color = RED if one.doubtful else (BLUE if _is_sure(one.coefficient) else FAINT)
            _bar(axes, place, one.coefficient, color=color)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xticks(range(len(ones)), [str(one.horizon) for one in ones])
        axes.set(title=_TITLES[name], xlabel="bars held", xlim=(-0.6, len(ones) - 0.4))
        axes.grid(visible=False, axis="x")
    figure.axes[0].set_ylabel("daily rank IC")


def _parts(figure: Any, found: Study) -> None:  # noqa: ANN401
    names = _names(found)
    for axes, name in zip(_row(figure, len(names)), names, strict=True):
        one = _of(found, name)[0]
        values = [None if value is None else value * _POINTS for value in one.quantiles]
        places = [place for place, value in enumerate(values) if value is not None]
        colors = [_color_of_part(place, len(values)) for place in places]
        axes.bar(places, [values[place] for place in places], color=colors, edgecolor=FAINT, linewidth=0.5)
        axes.axhline(0, color=INK, linewidth=0.8)
        labels = ["lowest", *[""] * (len(values) - 2), "highest"]
        axes.set_xticks(range(len(values)), labels)
        axes.set(title=_TITLES[name], xlabel="part of the day's names, by the signal")
        axes.grid(visible=False, axis="x")
    figure.axes[0].set_ylabel(f"mean abnormal return, bp\n({_of(found, names[0])[0].horizon} bar held)")


def _running(figure: Any, found: Study) -> None:  # noqa: ANN401
    axes = figure.subplots()
    for color, (name, daily) in zip(SERIES, found.daily.items(), strict=False):
        if daily:
            dates = [_EPOCH + timedelta(days=day) for day, _ in daily]
            axes.plot(
                dates, list(accumulate(value for _, value in daily)), color=color, label=_TITLES[name], linewidth=1.4
            )
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(title="Daily coefficients added up: what works climbs steadily", ylabel="sum of daily rank IC")
    dated(axes, most=12)
    axes.legend(loc="upper left", ncols=2)


def _color_of_part(place: int, parts: int) -> str:
    """Return a colour for those below the middle, one for it, and one for those above."""
    beyond = 2 * place + 1 - parts
    return ORANGE if beyond < 0 else (BLUE if beyond > 0 else GRID)


def _row(figure: Any, count: int) -> Iterable[Any]:  # noqa: ANN401
    found: Iterable[Any] = figure.subplots(1, count, sharey=True, squeeze=False)[0]
    return found


def _bar(axes: Any, place: int, interval: Interval, *, color: str) -> None:  # noqa: ANN401
    if interval.low is not None and interval.high is not None:
        axes.vlines(place, interval.low, interval.high, color=color, linewidth=2.2)
    axes.plot([place], [interval.value], "o", color=color, markersize=5)


def _is_sure(interval: Interval) -> bool:
    return interval.low is not None and interval.high is not None and not interval.low <= 0 <= interval.high
