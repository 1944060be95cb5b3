"""A record's time stamp is taken as it was meant, and its dead letter fits into a record again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.events.dead_letter import ErrorKind
from stream_app.pipeline.records import Rejection, stamped
from tests.factories import START, record


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000], ids=["milliseconds", "microseconds", "nanoseconds"])
def test_finer_stamps_are_what_they_mean(factor: int) -> None:
    assert abs(stamped(START.timestamp() * factor) - START) < timedelta(milliseconds=1)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_stamp_is_a_time(milliseconds: int) -> None:
    assert datetime(1970, 1, 1, tzinfo=UTC) <= stamped(milliseconds / 1000) < datetime(2201, 1, 1, tzinfo=UTC)


def test_a_letter_about_a_huge_record_is_smaller_than_kafka_takes() -> None:
    huge = replace(record(), key=b"k" * 400_000, value=b"v" * 2_000_000)
    letter = Rejection(ErrorKind.TOO_LARGE, None, "too large").dead_letter(huge, START)
    assert len(letter.model_dump_json()) < 1_000_000
