"""Findings in words and figures, for whoever shows them."""

from __future__ import annotations

from collections.abc import Iterator

from stream_app.research.backtest.bootstrap import LEAST_DAYS, Interval
from stream_app.research.backtest.signals import SIGNALS
from stream_app.research.backtest.study import Finding, Study

TITLES = {signal.name: signal.title for signal in SIGNALS}
HEAD = ("signal", "bars", "days", "pairs", "IC", "95 %", "p", "p of all", "hits", "by chance", "spread bp", "95 %")
SURE = 0.05
"""A p-value of all under it is worth a second look."""

POINTS = 10_000
"""Basis points to a whole."""


MIDNIGHT = (
    "All bars are taken to begin at midnight UTC, as dates do. Where trading opens before, as in Sydney, Wellington or "
    "with futures, an event of the last hours is paid for what came before it: say by --session when bars begin."
)


def is_sure(one: Finding) -> bool:
    """Whether the coefficient would be rare by chance, all that was tried considered."""
    return one.p_family is not None and one.p_family < SURE


def cells(one: Finding) -> tuple[str, ...]:
    """Return a finding as the cells of a row under `HEAD`."""
    return (
        TITLES[one.signal],
        str(one.horizon),
        f"{one.days:,}",
        f"{one.pairs:,}",
        number(one.coefficient.value, "+.4f"),
        bounds(one.coefficient, "+.4f"),
        number(one.p_value, ".4f"),
        number(one.p_family, ".4f"),
        number(one.hit_rate.value, ".3f"),
        number(one.hit_rate_by_chance, ".3f"),
        number(one.spread.value, "+.1f", scale=POINTS),
        bounds(one.spread, "+.1f", scale=POINTS),
    )


def doubts_of(found: Study) -> Iterator[str]:
    """Yield a sentence for each signal that is too good to be believed."""
    for name in dict.fromkeys(one.signal for one in found.doubtful):
        ones = [one for one in found.doubtful if one.signal == name]
        held = ", ".join(str(one.horizon) for one in ones)
        values = sorted((one.coefficient.value or 0.0 for one in ones), key=abs)
        few = min(one.days for one in ones)
        chance = f" On so few days ({few}) chance alone can do it." if few < LEAST_DAYS else ""
        yield (
            f"{TITLES[name]}, held for {held} bars, has an IC of up to {values[-1]:+.3f}: too good to be believed, "
            f"a leak until it is shown to be none.{chance}"
        )


def number(value: float | None, shape: str, *, scale: float = 1) -> str:
    """Return a figure, or a dash for none."""
    return "—" if value is None else format(value * scale, shape)


def bounds(interval: Interval, shape: str, *, scale: float = 1) -> str:
    """Return an interval, or a dash for none."""
    if interval.low is None or interval.high is None:
        return "—"
    return f"{interval.low * scale:{shape}} … {interval.high * scale:{shape}}"
