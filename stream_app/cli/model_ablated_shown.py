"""What people and programs see of an ablation: one row for each variant, with its interval."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from stream_app.cli.output import stdout, write_json
from stream_app.errors import DataError
from stream_app.research.ablation import graph as graph_variants
from stream_app.research.ablation import market_model
from stream_app.research.ablation.graph_study import Cell, GraphStudy
from stream_app.research.ablation.market_study import DOUBTFUL, MarketStudy
from stream_app.research.backtest.bootstrap import Interval


def show_graph(found: GraphStudy, *, as_json: bool) -> None:
    """Print the table of the graph's ablation."""
    if as_json:
        for name, cells in found.cells.items():
            write_json({"variant": name, "groups": {group: asdict(cell) for group, cell in cells.items()}})
        return
    groups = next(iter(found.cells.values()))
    table = Table(
        title="Accuracy of the mention head, and points over the served features (95 %)", title_justify="left"
    )
    for heading in ("the gate is given", *(f"{group} ({cell.mentions:,})" for group, cell in groups.items())):
        table.add_column(heading)
    for one in graph_variants.VARIANTS:
        table.add_row(one.title, *map(_cell, found.cells[one.name].values()))
    stdout().print(table)
    stdout().print(
        f"Means of {found.config.seeds} seeds. Held out: the same mentions as met, by heads that learned from none of "
        f"their entities. {found.never_met:,} dev mentions are of entities that no training text marks."
    )


def _cell(cell: Cell) -> str:
    gain = cell.gain
    if gain.value is None or gain.low is None or gain.high is None:
        return "–"
    return f"{cell.accuracy.value:.4f}\n{100 * gain.value:+.2f} ({100 * gain.low:+.2f}…{100 * gain.high:+.2f})"


def show_market(found: MarketStudy, *, as_json: bool) -> None:
    """Print the table of the market's ablation; DataError, after it, where a variant is too good to be believed."""
    if as_json:
        rows = dict(zip(("train", "validate", "test"), found.rows, strict=True))
        base = {"variant": "base_rate", "accuracy": asdict(found.base_rate), "rows": rows, "days": found.days}
        write_json(base | {"missing": found.missing})
        for name, told in found.told.items():
            write_json({"variant": name, **asdict(told)})
    else:
        _market_table(found)
    if found.doubtful:
        raise DataError(
            f"{', '.join(found.doubtful)}: an area over {DOUBTFUL} is too good to be believed; look for events that "
            "bear a time before they were known, and for bars taken as over before they are (--bar-hours)"
        )


def _market_table(found: MarketStudy) -> None:
    table = Table(title="Direction of the next bar's abnormal return, with 95 % intervals", title_justify="left")
    for heading in ("told by", "accuracy", "MCC", "AUC", "AUC over text"):
        table.add_column(heading)
    table.add_row("base rate", _interval(found.base_rate), "0", "0.5", "")
    for one in market_model.VARIANTS:
        if told := found.told.get(one.name):
            figures = (told.accuracy, told.correlation, told.area, told.area_gain)
            table.add_row(one.title, *map(_interval, figures))
    stdout().print(table)
    train, check, test = found.rows
    stdout().print(
        f"{test:,} tickers and bars of {found.days} days, after {train:,} of training and {check:,} of validation; "
        f"{found.missing:.1%} of the market figures are missing."
    )


def _interval(one: Interval) -> str:
    if one.value is None:
        return "–"
    bounds = "" if one.low is None else f"\n({one.low:.3f}…{one.high:.3f})"
    return f"{one.value:.4f}{bounds}"
