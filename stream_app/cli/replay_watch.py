"""How far a run is: told to whoever looks, written into its folder, and held where it is to pause."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from stream_app.replay.folder import RunFolder

LOOK_SECONDS = 0.2
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Look:
    """How far a run is; `expected` is how many entries there will be, where that can be told."""

    taken: int
    finished: int
    expected: float | None
    moment: str | None
    rate: float


OnLook = Callable[[Look], None]


class Watch:
    """Looks at a run; `note` writes it into the folder, for others to see."""

    def __init__(self, folder: RunFolder, on_look: OnLook) -> None:
        self._folder, self._on_look = folder, on_look

    @property
    def paused(self) -> bool:
        """Whether the run is to stand still."""
        return self._folder.paused

    def note(self, look: Look) -> None:
        """Tell how far the entries are."""
        values = {"taken": look.taken, "finished": look.finished, "event_time": look.moment, "rate": look.rate}
        self._folder.note(values)
        self._on_look(look)

    def each(
        self,
        items: Iterable[_T],
        expected: Callable[[], float | None],
        moment: Callable[[_T], datetime],
        *,
        counts: Callable[[_T], bool] = lambda _: True,
        noted: bool = True,
    ) -> Iterator[_T]:
        """Pass items on; tell now and then how far it is and at the end, `noted` where those that count are entries."""
        began = looked = time.monotonic()
        number, item = 0, None
        for item in items:
            yield item
            number += counts(item)
            if time.monotonic() - looked >= LOOK_SECONDS:
                self._tell(number, moment(item), expected(), began=began, noted=noted)
                self._stand_still()
                looked = time.monotonic()
        if item is not None:
            self._tell(number, moment(item), number, began=began, noted=noted)

    def _tell(self, number: int, moment: datetime, expected: float | None, *, began: float, noted: bool) -> None:
        rate = number / max(time.monotonic() - began, 1e-9)
        look = Look(number, number, expected, moment.isoformat(), rate)
        (self.note if noted else self._on_look)(look)

    def _stand_still(self) -> None:
        while self._folder.paused:
            time.sleep(LOOK_SECONDS)
