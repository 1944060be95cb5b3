"""The bar that shows how far a training run is, with its loss and the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from stream_app.cli.how_far import HowFar
from stream_app.cli.output import stderr


class Step(Protocol):
    """Where a run stands."""

    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def steps(self) -> int: ...  # noqa: D102
    @property
    def loss(self) -> float: ...  # noqa: D102


@contextmanager
def open_bar() -> Iterator[Progress]:
    """Yield the bar; a task of it has the field `said`, any words."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"))
    with HowFar(*columns, TimeRemainingColumn(), console=stderr(), transient=False) as bar:
        yield bar


@contextmanager
def training_bar(what: str) -> Iterator[Callable[[Step], None]]:
    """Yield what hears of each step."""
    with training_bars(what) as (report,):
        yield report


@contextmanager
def training_bars(*stages: str) -> Iterator[tuple[Callable[[Step], None], ...]]:
    """Yield what hears of each step of a stage, for each of them, the first one first."""
    with open_bar() as bar:
        yield tuple(_hearing(bar, bar.add_task(what, total=None, said="")) for what in stages)


def _hearing(bar: Progress, task: TaskID) -> Callable[[Step], None]:
    def hear(now: Step) -> None:
        said = f"loss {now.loss:.3f}" if now.loss else ""
        bar.update(task, completed=now.step, total=now.steps, said=said)

    return hear
