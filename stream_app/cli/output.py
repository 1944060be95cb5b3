"""What goes to people (tables, colours, progress on a terminal) and to programs (JSON lines)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from stream_app.cli.how_far import Amount, HowFar, counted, measured

POSITIVE, NEGATIVE, QUIET = "green", "red", "dim"


_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"}
_UNSEEN = _CONTROLS | dict.fromkeys([*range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")


def visible(text: str) -> str:
    """Return the text with a sign for each character that a terminal would obey, or that no encoding has."""
    return text.translate(_UNSEEN)


def stdout() -> Console:
    """Return the console of results; colours only on a terminal. What texts say in brackets is no mark-up."""
    return Console(highlight=False, soft_wrap=False, markup=False)


def stderr() -> Console:
    """Return the console of everything that is not a result."""
    return Console(stderr=True, highlight=False, markup=False)


def announce(message: str) -> None:
    """Say on standard error what is being done, in one line."""
    stderr().print(message, style=QUIET, soft_wrap=True)


def write_json(value: Any) -> None:  # noqa: ANN401  (anything that JSON can say)
    """Write one JSON line to standard output, at once."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def progress() -> Progress:
    """Return a display of things done on standard error; where that is no terminal, a line now and then."""
    return _progress(MofNCompleteColumn(), counted)


def byte_progress(*, beside_results: bool = False) -> Progress:
    """Return a display of bytes read, likewise; `beside_results` hides it where results go to the same terminal."""
    return _progress(DownloadColumn(), measured, hidden=beside_results and stdout().is_terminal)


def _progress(column: ProgressColumn, amount: Amount, *, hidden: bool = False) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), column, TimeElapsedColumn())
    return HowFar(*columns, console=stderr(), amount=amount, hidden=hidden)


def polarity_style(polarity: float | None) -> str:
    """Return the colour of a polarity."""
    if polarity is None:
        return QUIET
    return POSITIVE if polarity > 0 else NEGATIVE


_BAR_CELLS = 5
POLARITY_WIDTH = len("+0.00 ") + 2 * _BAR_CELLS + len("│")


def polarity_bar(polarity: float | None) -> Text:
    """Return a number and a bar that grows from the middle: left is negative, right is positive."""
    if polarity is None:
        return Text("—".center(POLARITY_WIDTH), style=QUIET)
    polarity = round(polarity, 2) + 0.0  # no minus before zero
    cells = min(_BAR_CELLS, round(abs(polarity) * _BAR_CELLS))
    left = "█" * cells if polarity < 0 else ""
    right = "█" * cells if polarity > 0 else ""
    return Text(f"{polarity:+.2f} {left:>{_BAR_CELLS}}│{right:<{_BAR_CELLS}}", style=polarity_style(polarity))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a scrolling table: `width` in cells, or a share of what is left."""

    title: str
    width: int | None = None
    share: int = 1


class ScrollingTable:
    """A table whose rows are printed as they come, under a heading that is printed once."""

    def __init__(self, console: Console, columns: Sequence[Column]) -> None:
        self._console = console
        self._columns = columns
        self._headed = False

    def add(self, *cells: Text | str) -> None:
        """Print one row."""
        if not self._headed:
            self._headed = True
            self._print([Text(column.title, style="bold") for column in self._columns])
        self._print(cells)

    def _print(self, cells: Sequence[Text | str]) -> None:
        table = Table.grid(padding=(0, 1), expand=True)
        for column in self._columns:
            ratio = None if column.width else column.share
            table.add_column(width=column.width, ratio=ratio, no_wrap=True, overflow="ellipsis")
        table.add_row(*map(_cell, cells))
        self._console.print(table)


def _cell(cell: Text | str) -> Text:
    shown = cell.copy() if isinstance(cell, Text) else Text(cell)
    shown.plain = visible(shown.plain)  # as long as before, so styles stay where they are
    return shown
