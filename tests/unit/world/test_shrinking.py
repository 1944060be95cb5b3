"""Shrinking keeps what it takes, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.world.shrinking import shrunk


@given(st.sets(st.integers(0, 30), min_size=1), st.data())
def test_only_what_it_takes_is_left(faults: set[int], data: st.DataObject) -> None:
    guilty = data.draw(st.sets(st.sampled_from(sorted(faults)), min_size=1, max_size=4))
    assert set(shrunk(sorted(faults), lambda some: guilty <= set(some))) == guilty


def test_faults_keep_their_order() -> None:
    assert shrunk(list("fedcba"), lambda some: {"e", "b"} <= set(some)) == ["e", "b"]
