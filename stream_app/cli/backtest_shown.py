"""What people see of a back-test: a table that fits a terminal, and what to bear in mind."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from stream_app.cli.output import NEGATIVE, POSITIVE
from stream_app.research.backtest.study import Finding, Study
from stream_app.research.backtest.written import MIDNIGHT, POINTS, TITLES, bounds, doubts_of, is_sure, number

_COLUMNS = ("bars", "days", "IC", "95 %", "p of all", "hits", "spread", "95 %")


def findings_tables(found: Study) -> Iterator[Table]:
    """Yield a table for each signal, a row for each horizon."""
    for name in dict.fromkeys(one.signal for one in found.findings):
        table = Table(*_COLUMNS, box=None, padding=(0, 2, 0, 0), title=f"\n{TITLES[name]}", title_justify="left")
        for column in table.columns:
            column.justify, column.no_wrap = "right", True
        for one in found.findings:
            if one.signal == name:
                table.add_row(*_cells(one), style=_style(one))
        yield table


def _cells(one: Finding) -> tuple[str, ...]:
    known = one.hit_rate.value is not None and one.hit_rate_by_chance is not None
    over = (one.hit_rate.value or 0) - (one.hit_rate_by_chance or 0) if known else None
    return (
        str(one.horizon),
        f"{one.days:,}",
        number(one.coefficient.value, "+.3f"),
        bounds(one.coefficient, "+.3f"),
        number(one.p_family, ".3f"),
        number(over, "+.1f", scale=100),
        number(one.spread.value, "+.1f", scale=POINTS),
        bounds(one.spread, "+.1f", scale=POINTS),
    )


def notes(found: Study) -> Iterator[str]:
    """Yield what to bear in mind, a line each."""
    counts = ", ".join(f"{count:,} {what}" for what, count in sorted(found.counts.items()))
    yield (
        f"{found.hypotheses} hypotheses tried; “p of all” is for all of them (Holm). Hits: percent over chance. "
        "Spread: basis points of the highest part less the lowest. --json says more."
    )
    yield f"events: {counts or 'none'}; bars of {found.tickers} tickers"
    changed = (f"{TITLES[name]} {share:.2f}" for name, share in found.turnover.items() if share is not None)
    yield f"turnover, share of the book that changes at each bar: {', '.join(changed) or 'not known'}"
    if any(one.days and one.coefficient.low is None for one in found.findings):
        yield "too few days for some intervals: at least 20 are needed, and five times as many as are held"
    if not any(one.days for one in found.findings):
        yield "no day had enough names with both a signal and a return: see --least, and whether times overlap"
    if found.from_midnight:
        yield MIDNIGHT
    yield from doubts_of(found)


def _style(one: Finding) -> str:
    if one.doubtful:
        return f"bold {NEGATIVE}"
    return POSITIVE if is_sure(one) else ""
