"""The back-test's section: charts first, the table for those who want the numbers."""

from __future__ import annotations

from html import escape

from stream_app.research.backtest.study import Study
from stream_app.research.backtest.written import HEAD, MIDNIGHT, TITLES, cells, doubts_of, is_sure
from stream_app.research.charts.backtest import charts
from stream_app.research.report.page import Section, folded, headed, nothing, table, warning

_HEADINGS = {
    "decay": "How well each signal orders the returns to come, by how many bars it is held",
    "parts": "What the names earned, from those that the signal puts lowest to those that it puts highest",
    "running": "Whether it held all the time",
}


def tested(found: Study | None, *, says: str) -> Section:
    """Return what a study found; None where there were no bars, or, as it `says`, none that tell anything."""
    if found is None:
        why = says or "There are no bars: name files by --market, or replay with --market."
        return Section("backtest", "Back-test", "", nothing(why))
    drawn = charts(found)
    if not drawn:
        why = "No day had enough names with both a signal and a later return: see --least of `stream-app backtest`."
        return Section("backtest", "Back-test", says, nothing(why))
    doubts = "".join(map(warning, doubts_of(found))) + (f'<p class="note">{escape(MIDNIGHT)}</p>' * found.from_midnight)
    told = f"<p>{escape(_told(found))}</p>"
    shown = "".join(headed(_HEADINGS[name], chart) for name, chart in drawn.items())
    figures = folded("All figures", table(HEAD, list(map(cells, found.findings))))
    return Section("backtest", "Back-test", says, doubts + told + shown + figures)


def _told(found: Study) -> str:
    names = ", ".join(f"{TITLES[one.signal]} over {one.horizon} bars held" for one in found.findings if is_sure(one))
    verdict = f"these have a p-value under 5 %: {names}" if names else "no signal has a p-value under 5 %"
    empty = sorted(
        {TITLES[one.signal] for one in found.findings} - {TITLES[one.signal] for one in found.findings if one.days}
    )
    unseen = f" No day had enough names of {', '.join(empty)}." if empty else ""
    return (
        f"{found.hypotheses} hypotheses were tried on this history; after Holm's correction for all of them {verdict}. "
        "Dots are mean daily rank correlations, bars their 95 % intervals, not corrected: "
        f"blue where zero lies outside, grey where it does not, red where it is too good to be believed.{unseen}"
    )
