"""Risk events for people: who is exposed, how probably, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stream_app.cli.output import QUIET, polarity_style
from stream_app.events.risk_event import RiskEvent

_INDENT = (0, 0, 0, 2)
_WIDTHS = {"exposed": 34, "direction": 10, "chance": 13, "severity": 8, "hours": 5}


def direction(risk: RiskEvent) -> Text:
    """Return the direction in its colour."""
    return Text(risk.direction, style=polarity_style(1.0 if risk.direction == "favourable" else -1.0))


def chances(risk: RiskEvent) -> str:
    """Return the probability without the trigger and with it."""
    return f"{risk.counterfactual.probability_without_trigger:.3f} → {risk.probability:.3f}"


def risk_list(risks: Iterable[RiskEvent]) -> Group:
    """Return the risks, of both sides in turn: a row of figures for each, and under it the sentence that says why."""
    heading = _row([Text(name, style="bold") for name in _WIDTHS])
    return Group(heading, *(part for risk in of_both_sides(risks) for part in (_figures(risk), _why(risk))))


def of_both_sides(risks: Iterable[RiskEvent]) -> list[RiskEvent]:
    """Return the first of either side, then the second of either, and so on; each side stays in its order.

    A dear commodity moves those who sell it more than those who burn it, so that in one row of chances the whole of one
    side may come before the first of the other.
    """
    ranks: Counter[str] = Counter()
    placed = []
    for place, risk in enumerate(risks):
        placed.append((ranks[risk.direction], place, risk))
        ranks[risk.direction] += 1
    return [risk for _, _, risk in sorted(placed, key=lambda one: one[:2])]


def _figures(risk: RiskEvent) -> Table:
    name = Text(risk.exposed.name, style="bold")
    return _row([name, direction(risk), Text(chances(risk)), Text(f"{risk.severity:.2f}"), Text(f"{risk.horizon:.0f}")])


def _why(risk: RiskEvent) -> Padding:
    return Padding(Text(risk.explanation, style=QUIET), _INDENT)


def _row(cells: Iterable[Text]) -> Table:
    table = Table.grid(padding=(0, 1))
    for width in _WIDTHS.values():
        table.add_column(width=width, no_wrap=True, overflow="ellipsis")
    table.add_row(*cells)
    return table
