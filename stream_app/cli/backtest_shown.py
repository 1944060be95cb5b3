"""What people see of a back-test: a table, and what to bear in mind."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from stream_app.cli.output import NEGATIVE, POSITIVE
from stream_app.research.backtest.study import Finding, Study
from stream_app.research.backtest.written import HEAD, TITLES, cells, is_sure


def findings_table(found: Study) -> Table:
    """Return one row for each signal and horizon."""
    table = Table(title="back-test", title_justify="left", caption_justify="left")
    for name in HEAD:
        table.add_column(name, justify="left" if name == "signal" else "right", no_wrap=name != "signal")
    last = ""
    for one in found.findings:
        if last and one.signal != last:
            table.add_section()
        name, *others = cells(one)
        table.add_row("" if one.signal == last else name, *others, style=_style(one))
        last = one.signal
    table.caption = f"{found.hypotheses} hypotheses tried; “p of all” is for all (Holm). Spread: highest less lowest."
    return table


def notes(found: Study) -> Iterator[str]:
    """Yield what to bear in mind, a line each."""
    counts = ", ".join(f"{count:,} {what}" for what, count in sorted(found.counts.items()))
    yield f"events: {counts or 'none'}; bars of {found.tickers} tickers"
    changed = (f"{TITLES[name]} {share:.2f}" for name, share in found.turnover.items() if share is not None)
    yield f"turnover, share of the book that changes at each bar: {', '.join(changed) or 'not known'}"
    if any(one.days and one.coefficient.low is None for one in found.findings):
        yield "too few days for intervals: at least 20 are needed"
    if not any(one.days for one in found.findings):
        yield "no day had enough names with both a signal and a return: see --least, and whether times overlap"
    for one in found.doubtful:
        yield f"{TITLES[one.signal]} over {one.horizon} bars is too good to be believed: treat it as a leak"


def _style(one: Finding) -> str:
    if one.doubtful:
        return f"bold {NEGATIVE}"
    return POSITIVE if is_sure(one) else ""
