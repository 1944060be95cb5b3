"""The stall detector tells standing still from having nothing to do, and from waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stream_app.pipeline.stall import Partition, StallDetector

START = datetime(2026, 3, 2, tzinfo=UTC)
TIMEOUT = timedelta(seconds=60)
NEWS: Partition = ("news.raw", 0)


def _observe(detector: StallDetector, seconds: int, *, committed: int, end: int, waiting: bool = False) -> bool:
    now = START + timedelta(seconds=seconds)
    return bool(detector.observe(now, committed={NEWS: committed}, ends={NEWS: end}, waiting=waiting))


def test_lag_without_commits_for_longer_than_the_timeout_is_a_stall() -> None:
    detector = StallDetector(TIMEOUT)
    assert not _observe(detector, 0, committed=5, end=9)
    assert not _observe(detector, 60, committed=5, end=20)
    assert _observe(detector, 61, committed=5, end=30)


def test_any_commit_starts_the_time_anew() -> None:
    detector = StallDetector(TIMEOUT)
    _observe(detector, 0, committed=5, end=9)
    assert not _observe(detector, 59, committed=6, end=20)
    assert not _observe(detector, 100, committed=6, end=20)
    assert _observe(detector, 120, committed=6, end=20)


def test_quiet_topic_is_never_a_stall() -> None:
    detector = StallDetector(TIMEOUT)
    assert not any(_observe(detector, seconds, committed=9, end=9) for seconds in range(0, 600, 30))


def test_waiting_for_a_server_is_not_a_stall_and_the_time_starts_when_it_is_back() -> None:
    detector = StallDetector(TIMEOUT)
    assert not any(_observe(detector, seconds, committed=5, end=9, waiting=True) for seconds in range(0, 600, 30))
    assert not _observe(detector, 620, committed=5, end=9)
    assert _observe(detector, 640, committed=5, end=9)


def test_partition_whose_long_batch_gets_on_does_not_stand_still_and_others_do() -> None:
    detector, other = StallDetector(TIMEOUT), ("news.raw", 1)
    for seconds in range(0, 90, 15):
        stalled = detector.observe(
            START + timedelta(seconds=seconds),
            committed={NEWS: 5, other: 5},
            ends={NEWS: 9, other: 9},
            waiting=False,
            advanced={NEWS},
        )
    assert stalled == [other]


def test_what_was_looked_into_and_holds_nothing_is_given_time_anew() -> None:
    detector = StallDetector(TIMEOUT)
    _observe(detector, 0, committed=5, end=6)
    assert _observe(detector, 61, committed=5, end=6)
    detector.excuse([NEWS], START + timedelta(seconds=61))
    assert not _observe(detector, 120, committed=5, end=6)
    assert _observe(detector, 122, committed=5, end=6)


def test_partition_that_went_to_another_worker_is_forgotten() -> None:
    detector = StallDetector(TIMEOUT)
    _observe(detector, 0, committed=5, end=9)
    assert not detector.observe(START + 2 * TIMEOUT, committed={}, ends={}, waiting=False)
    assert not _observe(detector, 130, committed=5, end=9)
