"""A step over a batch in which a record that trips a bug is rejected alone, and the others go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from stream_app.events.dead_letter import ErrorKind
from stream_app.pipeline.records import Rejection

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Compute(Protocol):
    """Runs what computes for long, such as in a thread, so that it does not hold up what waits."""

    def __call__(self, work: Callable[[], _Out], /) -> Awaitable[_Out]:
        """Return what `work` returns."""
        ...


async def at_once(work: Callable[[], _Out], /) -> _Out:
    """Compute here and now: for batches so small that a hop to a thread, and sharing the interpreter, cost more."""
    return work()


async def through(
    compute: Compute, step: Callable[[Sequence[_In]], Sequence[_Out]], items: Iterable[_In | Rejection]
) -> list[_Out | Rejection]:
    """Take all items that are not rejected yet through `step`, which gives one result for each, in order.

    Where it fails, it is taken again over ever smaller parts, so it must have no effects: `each` makes one that may.
    """
    kept = list(items)
    live = [item for item in kept if not isinstance(item, Rejection)]
    done = iter(await compute(lambda: _isolating(step, live)))
    return [item if isinstance(item, Rejection) else next(done) for item in kept]


def each(step: Callable[[_In], _Out]) -> Callable[[Sequence[_In]], list[_Out | Rejection]]:
    """Return a step over a batch that takes each item once, in order: what one trips over leaves the others alone."""

    def attempt(item: _In) -> _Out | Rejection:
        try:
            return step(item)
        except Exception as error:  # noqa: BLE001  (whatever one record trips must not sink the others)
            return _failed(error)

    return lambda items: [attempt(item) for item in items]


def _isolating(step: Callable[[Sequence[_In]], Sequence[_Out]], items: Sequence[_In]) -> list[_Out | Rejection]:
    try:
        return list(step(items))
    except Exception as error:  # noqa: BLE001  (as above)
        if len(items) == 1:
            return [_failed(error)]
        half = len(items) // 2
        return [*_isolating(step, items[:half]), *_isolating(step, items[half:])]


def _failed(error: Exception) -> Rejection:
    message = f"processing failed ({error!r:.300}): a bug, please report it with this record"
    return Rejection(ErrorKind.PROCESSING_FAILED, None, message)
