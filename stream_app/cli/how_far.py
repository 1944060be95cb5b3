"""How far something long is: a bar on a terminal; elsewhere, such as in a log, a plain line about once a minute."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import Progress, ProgressColumn, Task

_SPOKEN_SECONDS = 60.0
_SPEED_SECONDS = 600.0
"""Steps of a training may be far between, and the time that is left has to come of several."""

Amount = Callable[[Task], str]


def counted(task: Task) -> str:
    """Say how many of how many things are done."""
    done = f"{task.completed:,.0f}"
    return f"{done} of {task.total:,.0f} ({task.percentage:.0f} %)" if task.total else f"{done} done"


def measured(task: Task) -> str:
    """Say how many of how many bytes are read."""
    done = f"{task.completed / 1e6:,.1f}"
    return f"{done} of {task.total / 1e6:,.1f} MB ({task.percentage:.0f} %)" if task.total else f"{done} MB"


class HowFar(Progress):
    """Shows on a terminal what it is told; where there is none, says it in lines, also while it is told nothing.

    One that is `hidden` shows nothing on a terminal. What else there is to say stands in the field `said` of a task.
    """

    def __init__(
        self,
        *columns: ProgressColumn,
        console: Console,
        amount: Amount = counted,
        transient: bool = True,
        hidden: bool = False,
        spoken_seconds: float = _SPOKEN_SECONDS,
    ) -> None:
        on_terminal = console.is_terminal
        super().__init__(
            *columns,
            console=console,
            transient=transient,
            disable=hidden or not on_terminal,
            speed_estimate_period=_SPEED_SECONDS,
        )
        self._amount, self._spoken_seconds = amount, spoken_seconds
        self._ended = threading.Event()
        self._speaker = None if on_terminal else threading.Thread(target=self._speak, daemon=True)

    def start(self) -> None:
        """Begin to show, or to say."""
        super().start()
        if self._speaker is not None:
            self._speaker.start()

    def stop(self) -> None:
        """Show and say no more."""
        super().stop()
        self._ended.set()
        if self._speaker is not None and self._speaker.is_alive():
            self._speaker.join()

    def _speak(self) -> None:
        while not self._ended.wait(self._spoken_seconds):
            for line in self.lines():
                sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    def lines(self) -> Iterator[str]:
        """Yield a line for each task that is under way; for the first of all where none has begun."""
        with self._lock:
            open_tasks = [task for task in self.tasks if not task.finished]
            for task in [task for task in open_tasks if task.completed] or open_tasks[:1]:
                yield f"{task.description}: {', '.join(filter(None, self._parts(task)))}"

    def _parts(self, task: Task) -> Iterator[str]:
        yield self._amount(task) if task.completed else "not begun yet"
        yield str(task.fields.get("said") or "")
        if task.elapsed is not None:
            yield f"{_lasting(task.elapsed)} so far"
        if task.time_remaining is not None:
            yield f"{_lasting(task.time_remaining)} left"


def _lasting(seconds: float) -> str:
    minutes = max(round(seconds / 60), 1)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004  (readable)
