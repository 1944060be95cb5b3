"""The limit stops a bad deploy and lets bad records pass."""

from __future__ import annotations

from stream_app.events.dead_letter import ErrorKind
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.records import Rejection, Suppressed

BAD = Rejection(ErrorKind.NOT_JSON, None, "not JSON")
GOOD = Suppressed("already emitted")


def _after(*results: Rejection | Suppressed) -> bool:
    limit = DeadLetterLimit(stretch=10, share=0.5)
    for result in results:
        limit.add(result)
    return limit.exceeded


def test_more_than_half_of_a_full_stretch_exceeds_the_limit() -> None:
    assert _after(*[GOOD] * 4, *[BAD] * 6)


def test_half_is_still_allowed() -> None:
    assert not _after(*[GOOD] * 5, *[BAD] * 5)


def test_stretch_that_is_not_full_never_exceeds_it() -> None:
    assert not _after(*[BAD] * 9)


def test_only_the_last_stretch_counts() -> None:
    assert not _after(*[BAD] * 6, *[GOOD] * 10)
    assert _after(*[GOOD] * 100, *[BAD] * 6)
