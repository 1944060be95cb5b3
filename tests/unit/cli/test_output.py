"""What strangers write is shown as it is: no brackets are mark-up, no sign steers the terminal."""

from __future__ import annotations

import pytest
from rich.text import Text

from stream_app.cli.dlq import _text
from stream_app.cli.output import Column, ScrollingTable, stdout, visible
from stream_app.events.dead_letter import DeadLetter
from stream_app.events.examples import example
from stream_app.events.topics import DEAD_LETTERS


@pytest.mark.parametrize("text", ["[/oops]", "[red]x", "[bold", "a [/] b"])
def test_brackets_are_no_markup(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    stdout().print(text)
    assert capsys.readouterr().out == f"{text}\n"


@pytest.mark.parametrize("text", ["\x1b]0;title", "\x9b31mred", "a\x00b", "cut \ud83d", "\x7f"])
def test_no_text_steers_the_terminal_or_breaks_the_output(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert shown.encode().isascii() is False
    table = ScrollingTable(stdout(), [Column("one", width=20), Column("two", width=20)])
    table.add(text, Text(text, style="bold"))
    assert capsys.readouterr().out.splitlines()[1].split() == [*shown.split(), *shown.split()]


def test_lines_and_other_writing_stay() -> None:
    assert visible("one\n\ttwo 中文 😀 é") == "one\n\ttwo 中文 😀 é"


def test_letter_of_any_depth_is_shown() -> None:
    deep = b"[" * 100_000
    letter = DeadLetter.model_validate(example(DEAD_LETTERS).model_dump() | {"value": deep})
    assert _text(letter) == deep.decode()
