"""Risk events for people: who is exposed, how probably, and why."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from stream_app.cli.output import polarity_style
from stream_app.events.risk_event import RiskEvent


def direction(risk: RiskEvent) -> Text:
    """Return the direction in its colour."""
    return Text(risk.direction, style=polarity_style(1.0 if risk.direction == "favourable" else -1.0))


def chances(risk: RiskEvent) -> str:
    """Return the probability without the trigger and with it."""
    return f"{risk.counterfactual.probability_without_trigger:.3f} → {risk.probability:.3f}"


def risk_table(risks: Iterable[RiskEvent]) -> Table:
    """Return the risks of one text, in their order."""
    table = Table(box=None, pad_edge=False)
    table.add_column("exposed", overflow="fold", ratio=2)
    for name in ("direction", "chance", "severity", "hours"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", overflow="fold", ratio=5)
    for risk in risks:
        table.add_row(
            Text(risk.exposed.name, style="bold"),
            direction(risk),
            chances(risk),
            f"{risk.severity:.2f}",
            f"{risk.horizon:.0f}",
            risk.explanation,
        )
    return table
