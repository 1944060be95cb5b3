"""The project's own tables of facts, shipped beside the code as CSV."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

from stream_app.knowledge.graph import Alias, AliasStyle

_LIST_SEPARATOR = "|"
_NAME_PRIOR = 0.9
_STYLES = {"names": AliasStyle.NAME, "words": AliasStyle.WORD, "codes": AliasStyle.CODE, "zh": AliasStyle.NAME}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells by column, an empty cell for what is not known."""

    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column) or ""

    def items(self, column: str) -> tuple[str, ...]:
        """Return the cell's parts, which `|` separates."""
        return tuple(part.strip() for part in self[column].split(_LIST_SEPARATOR) if part.strip())


def read_table(name: str) -> list[Row]:
    """Return the rows of `data/NAME.csv`; lines that begin with `#` name its sources."""
    text = resources.files("stream_app.knowledge").joinpath("data", f"{name}.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Row(cells) for cells in csv.DictReader(lines)]


def row_aliases(row: Row, entity: str) -> list[Alias]:
    """Return the aliases in a row's columns `names`, `words`, `codes` and `zh`; `Fed=0.8` gives one its own prior."""
    return [with_prior(item, entity, style) for column, style in _STYLES.items() for item in row.items(column)]


def with_prior(item: str, entity: str, style: AliasStyle) -> Alias:
    """Return the alias that a cell such as `Visa=common 0.5` describes; `common` marks an ordinary word."""
    text, _, rest = item.partition("=")
    words = rest.split()
    common = "common" in words
    prior = next((float(word) for word in words if word != "common"), _NAME_PRIOR)
    return Alias(text, entity, style, prior, common)
