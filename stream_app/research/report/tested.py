"""The back-test's section: charts first, the table for those who want the numbers."""

from __future__ import annotations

from html import escape

from stream_app.research.backtest.study import Finding, Study
from stream_app.research.backtest.written import HEAD, TITLES, cells, is_sure
from stream_app.research.charts.backtest import charts
from stream_app.research.report.page import Section, folded, nothing, table, warning


def tested(found: Study | None, *, says: str) -> Section:
    """Return what a study found; None where there were no bars."""
    if found is None:
        why = "There are no bars: name files by --market, or replay with --market."
        return Section("backtest", "Back-test", "", nothing(why))
    drawn = charts(found)
    if not drawn:
        why = "No day had enough names with both a signal and a later return: see --least of `stream-app backtest`."
        return Section("backtest", "Back-test", says, nothing(why))
    doubts = "".join(map(_doubt, found.doubtful))
    told = f"<p>{escape(_told(found))}</p>"
    figures = folded("All figures", table(HEAD, list(map(cells, found.findings))))
    return Section("backtest", "Back-test", says, doubts + told + "".join(drawn.values()) + figures)


def _told(found: Study) -> str:
    names = ", ".join(f"{TITLES[one.signal]} over {one.horizon} bars" for one in found.findings if is_sure(one))
    verdict = f"these have a p-value under 5 %: {names}" if names else "no signal has a p-value under 5 %"
    return (
        f"{found.hypotheses} hypotheses were tried on this history; after Holm's correction for all of them {verdict}. "
        "In the first row of charts dots are mean daily rank correlations, bars their 95 % intervals, not corrected: "
        "blue where zero lies outside, grey where it does not."
    )


def _doubt(one: Finding) -> str:
    value = 0.0 if one.coefficient.value is None else one.coefficient.value
    return warning(
        f"{TITLES[one.signal]} over {one.horizon} bars has an IC of {value:+.3f}, too good to be believed: "
        "treat it as a leak until it is shown to be none."
    )
