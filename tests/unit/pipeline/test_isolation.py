"""One record that trips a bug is rejected alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from stream_app.events.dead_letter import ErrorKind
from stream_app.pipeline.isolation import each, through
from stream_app.pipeline.records import Rejection
from tests.factories import at_once

EARLIER = Rejection(ErrorKind.NOT_JSON, None, "earlier")
Step = Callable[[Sequence[int]], Sequence[float]]


def whole(numbers: Sequence[int]) -> list[float]:
    return [10 / number for number in numbers]


@pytest.mark.parametrize("step", [whole, each(lambda number: 10 / number)], ids=["batch", "each"])
async def test_culprits_are_rejected_and_the_others_keep_their_places(step: Step) -> None:
    found = await through(at_once, step, [1, 0, EARLIER, 5, 0, 2])
    assert [one for one in found if not isinstance(one, Rejection)] == [10, 2, 5]
    assert found[2] is EARLIER
    for place in (1, 4):
        rejection = found[place]
        assert isinstance(rejection, Rejection)
        assert (rejection.kind, rejection.field) == (ErrorKind.PROCESSING_FAILED, None)
        assert "ZeroDivisionError" in rejection.message


async def test_step_with_effects_is_taken_once_for_each_record() -> None:
    taken: list[int] = []

    def step(number: int) -> float:
        taken.append(number)
        return 10 / number

    await through(at_once, each(step), [1, 0, 3])
    assert taken == [1, 0, 3]


async def test_message_of_an_error_is_one_short_line() -> None:
    def step(_: int) -> int:
        raise ValueError("line\n" * 1000)

    (found,) = await through(at_once, each(step), [1])
    assert isinstance(found, Rejection)
    assert "\n" not in found.message
    assert len(found.message) < 400


async def test_end_of_the_process_is_no_record_s_fault() -> None:
    def step(_: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await through(at_once, each(step), [1])
