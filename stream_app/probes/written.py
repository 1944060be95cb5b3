"""The report as tables, for a terminal and for a page of Markdown alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stream_app.probes.bias import MOST_SHIFT, GroupShift
from stream_app.probes.intervals import Interval
from stream_app.probes.report import ProbeReport
from stream_app.probes.robustness import Family, Finding

_TITLES = {
    Family.KEEPING: "Edits that keep the label (flips: lower is better)",
    Family.CHANGING: "Edits that change the label (no flips: lower is better)",
    Family.ADDED: "Hostile text added to the same document (flips: lower is better)",
}
_COUNTED = {Family.KEEPING: "flips %", Family.CHANGING: "no flips %", Family.ADDED: "flips %"}


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of cells; the first `words` columns are words, the others figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int


def tables(report: ProbeReport) -> Iterator[Table]:
    """Yield a table for each family of edits, and one of the groups."""
    for family, title in _TITLES.items():
        found = [one for one in report.robustness if one.family is family]
        last = ("wrong way %",) if family is Family.CHANGING else ("unlinked",)
        columns = ("edit", "texts", "judged", "pairs", _COUNTED[family], "95 %", "shift", "unread", *last)
        yield Table(title, columns, tuple(_cells(one) for one in found), words=3)
    heads = ("group", "companies", "linked %", "negative", "neutral", "positive", "all", "95 % of all")
    rows = tuple(_group_cells(one) for one in report.bias.groups)
    yield Table("Shift of polarity by whom the same sentences are about", heads, rows, words=1)


def _cells(one: Finding) -> tuple[str, ...]:
    last = _percent(one.wrong_way.value) if one.family is Family.CHANGING else str(one.unlinked)
    return (
        one.kind,
        one.source,
        one.judged,
        f"{one.pairs:,}",
        _percent(one.failures.value),
        f"{_percent(one.failures.low)}–{_percent(one.failures.high)}",
        _number(one.shift.value, ".3f"),
        str(one.unread),
        last if one.family is Family.CHANGING or one.judged == "name" else "",
    )


def _group_cells(one: GroupShift) -> tuple[str, ...]:
    means = (_number(part.value, "+.3f") for part in (one.negative, one.neutral, one.positive, one.whole))
    counts = (str(one.companies), _percent(one.linked))
    return (f"{one.dimension} {one.group}", *counts, *means, _bounds(one.whole, "+.3f"))


def notes(report: ProbeReport) -> Iterator[str]:
    """Yield what the tables leave out, a sentence each."""
    at, bias, beside = report.conditions, report.bias, report.isolation
    yield (
        f"Model {at.model_version}, graph {at.kg_version}, {at.runtime} in {at.precision}, seed {at.seed}, "
        f"sample {at.sample}."
    )
    yield (
        f"Bias: {bias.companies:,} companies in {bias.sentences} sentences; shifts of single companies have a standard "
        f"deviation of {bias.spread:.3f}; {bias.unread} were not scored."
    )
    if bias.largest is not None:
        largest = bias.largest
        yield (
            f"The largest shift is that of {largest.dimension} {largest.group}: {_number(largest.whole.value, '+.3f')} "
            f"({_bounds(largest.whole, '+.3f')}); the bound is {MOST_SHIFT}."
        )
    yield (
        f"Beside {beside.hostile} hostile lines in the same batch, of which {beside.rejected} were no documents, "
        f"{beside.changed} of {beside.documents} documents changed in any bit of their scores."
    )


def to_markdown(report: ProbeReport) -> str:
    """Return a page with all notes and tables."""
    blocks = ["# What the probes found", *notes(report)]
    for table in tables(report):
        blocks += [f"## {table.title}", _markdown(table)]
    return "\n\n".join(blocks) + "\n"


def _markdown(table: Table) -> str:
    rules = ["---"] * table.words + ["---:"] * (len(table.columns) - table.words)
    return "\n".join(_line(cells) for cells in (table.columns, rules, *table.rows))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _bounds(interval: Interval, form: str) -> str:
    return f"{_number(interval.low, form)} to {_number(interval.high, form)}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
