"""Whoever waits is told how far it is: by a bar on a terminal, else by a plain line now and then."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console
from rich.progress import BarColumn

from stream_app.cli.how_far import HowFar, measured


def waiting_for(capsys: pytest.CaptureFixture[str], words: str) -> str:
    said, deadline = "", time.monotonic() + 20
    while words not in said:
        assert time.monotonic() < deadline, said
        time.sleep(0.01)
        said += capsys.readouterr().err
    return said


def test_a_log_gets_plain_lines_also_while_nothing_moves(capsys: pytest.CaptureFixture[str]) -> None:
    with HowFar(BarColumn(), console=Console(file=io.StringIO()), spoken_seconds=0.01) as bar:
        task = bar.add_task("training", total=None, said="")
        waiting_for(capsys, "training: not begun yet, 1 min so far\n")
        bar.update(task, completed=1000, total=8000, said="loss 0.412")
        waiting_for(capsys, "training: 1,000 of 8,000 (12 %), loss 0.412, 1 min so far")
        bar.update(task, completed=8000)
        assert not list(bar.lines())
    capsys.readouterr()
    time.sleep(0.05)
    assert not capsys.readouterr().err


def test_what_is_over_in_a_moment_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with HowFar(BarColumn(), console=Console(file=io.StringIO())) as bar:
        bar.update(bar.add_task("reading", total=2), completed=2)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_and_no_lines(capsys: pytest.CaptureFixture[str]) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=60)
    with HowFar(BarColumn(), console=console, spoken_seconds=0.001) as bar:
        bar.add_task("reading", total=2)
        time.sleep(0.05)
    assert "━" in screen.getvalue()
    assert not capsys.readouterr().err


def test_bytes_are_told_as_bytes() -> None:
    bar = HowFar(BarColumn(), console=Console(file=io.StringIO()), amount=measured)
    bar.update(bar.add_task("posts.csv", total=20_000_000), completed=5_000_000)
    assert next(bar.lines()).startswith("posts.csv: 5.0 of 20.0 MB (25 %), ")


def test_of_several_stages_the_one_under_way_is_told() -> None:
    bar = HowFar(BarColumn(), console=Console(file=io.StringIO()))
    asking, distilling = (bar.add_task(what, total=None) for what in ("asking", "distilling"))
    assert [line.partition(",")[0] for line in bar.lines()] == ["asking: not begun yet"]
    bar.update(asking, completed=3, total=3)
    bar.update(distilling, completed=1, total=4)
    assert [line.partition(",")[0] for line in bar.lines()] == ["distilling: 1 of 4 (25 %)"]
