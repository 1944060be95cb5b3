"""What people see of a fit: strengths with their errors, and how it did on the check period."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from stream_app.calibration.checking import ChanceCheck
from stream_app.calibration.estimation import Strength
from stream_app.calibration.fit import Fit
from stream_app.calibration.skill import Figure


def fit_tables(found: Fit) -> Iterable[Table]:
    """Yield the tables of a fit."""
    yield _strengths("relations", found.ways, found.same_day)
    yield _strengths("topics", found.topics, ())
    yield _signals(found)
    yield _chances(found)


def _strengths(title: str, strengths: Iterable[Strength], same_day: Iterable[Strength]) -> Table:
    table = Table(title=f"Strength of {title}, times the prior", title_justify="left")
    for name in ("", "next 5 days", "error", "of the prior", "rows", "same day", "error"):
        table.add_column(name, justify="left" if not name else "right")
    beside = {one.name: one for one in same_day}
    for one in strengths:
        other = beside.get(one.name)
        cells = (f"{other.value:+.2f}", f"{other.error:.2f}") if other else ("", "")
        table.add_row(
            one.name, f"{one.value:+.2f}", f"{one.error:.2f}", f"{one.from_prior:.0%}", f"{one.rows:,}", *cells
        )
    return table


def _signals(found: Fit) -> Table:
    table = Table(title="Signals on the check period, with 95 % intervals", title_justify="left")
    for name in ("", "coefficient, next day", "next 5 days", "hit rate, next day", "coefficient, same day"):
        table.add_column(name)
    for one in found.variants:
        signal = one.signal
        figures = (signal.next_day, signal.next_week, signal.hits, signal.same_day)
        table.add_row(one.name, *map(_figure, figures))
    return table


def _chances(found: Fit) -> Table:
    table = Table(title="Probabilities on the check period", title_justify="left")
    for name in ("", "curve", "Brier before", "after", "of one chance", "gain over it", "off before", "off after"):
        table.add_column(name)
    for one in found.variants:
        if one.chances is not None and one.curve is not None:
            curve = one.curve.curve
            told = f"{curve.intercept:+.3f} {curve.slope:+.3f} ± {one.curve.slope_error:.3f}"
            table.add_row(one.name, told, *_brier(one.chances))
    return table


def _brier(chances: ChanceCheck) -> tuple[str, ...]:
    scores = (chances.before, chances.after, chances.constant)
    gain = chances.gain
    return (
        *(f"{one.value:.4f}" for one in scores),
        f"{gain.value:+.5f} ({gain.low:+.5f}…{gain.high:+.5f})",
        f"{chances.error_before:.3f}",
        f"{chances.error_after:.3f}",
    )


def _figure(one: Figure) -> str:
    return f"{one.value:+.3f} ({one.low:+.3f}…{one.high:+.3f}; {one.rows:,})"
