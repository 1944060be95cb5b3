"""What people see of a back-test: a table, and what to bear in mind."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from stream_app.cli.output import NEGATIVE, POSITIVE
from stream_app.research.backtest.bootstrap import Interval
from stream_app.research.backtest.signals import SIGNALS
from stream_app.research.backtest.study import Finding, Study

_SURE = 0.05
_TITLES = {signal.name: signal.title for signal in SIGNALS}


def findings_table(found: Study) -> Table:
    """Return one row for each signal and horizon."""
    table = Table(title="back-test", title_justify="left", caption_justify="left")
    columns = (
        "signal",
        "bars",
        "days",
        "pairs",
        "IC",
        "95 %",
        "p",
        "p of all",
        "hits",
        "by chance",
        "spread bp",
        "95 %",
    )
    for name in columns:
        table.add_column(name, justify="left" if name == "signal" else "right", no_wrap=name != "signal")
    last = ""
    for one in found.findings:
        if last and one.signal != last:
            table.add_section()
        table.add_row(*_cells(one, repeated=one.signal == last), style=_style(one))
        last = one.signal
    table.caption = (
        f"{found.hypotheses} hypotheses tried; “p of all” is for all (Holm). Spread: highest less lowest part."
    )
    return table


def notes(found: Study) -> Iterator[str]:
    """Yield what to bear in mind, a line each."""
    counts = ", ".join(f"{count:,} {what}" for what, count in sorted(found.counts.items()))
    yield f"events: {counts or 'none'}; bars of {found.tickers} tickers"
    changed = (f"{_TITLES[name]} {share:.2f}" for name, share in found.turnover.items() if share is not None)
    yield f"turnover, share of the book that changes at each bar: {', '.join(changed) or 'not known'}"
    if any(one.days and one.coefficient.low is None for one in found.findings):
        yield "too few days for intervals: at least 20 are needed"
    if not any(one.days for one in found.findings):
        yield "no day had enough names with both a signal and a return: see --least, and whether times overlap"
    for one in found.doubtful:
        yield f"{_TITLES[one.signal]} over {one.horizon} bars is too good to be believed: treat it as a leak"


def _cells(one: Finding, *, repeated: bool) -> tuple[str, ...]:
    return (
        "" if repeated else _TITLES[one.signal],
        str(one.horizon),
        f"{one.days:,}",
        f"{one.pairs:,}",
        _number(one.coefficient.value, "+.4f"),
        _bounds(one.coefficient, "+.4f"),
        _number(one.p_value, ".4f"),
        _number(one.p_family, ".4f"),
        _number(one.hit_rate.value, ".3f"),
        _number(one.hit_rate_by_chance, ".3f"),
        _number(one.spread.value, "+.1f", scale=10_000),
        _bounds(one.spread, "+.1f", scale=10_000),
    )


def _style(one: Finding) -> str:
    if one.doubtful:
        return f"bold {NEGATIVE}"
    return POSITIVE if one.p_family is not None and one.p_family < _SURE else ""


def _number(value: float | None, shape: str, *, scale: float = 1) -> str:
    return "—" if value is None else format(value * scale, shape)


def _bounds(interval: Interval, shape: str, *, scale: float = 1) -> str:
    if interval.low is None or interval.high is None:
        return "—"
    return f"{interval.low * scale:{shape}} … {interval.high * scale:{shape}}"
