"""Vectors of entities as a value and as a file, which belongs to one version of the graph."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.errors import DataError
from stream_app.knowledge.vectors import EntityVectors, vectors_from_bytes, vectors_to_bytes

VERSION = "kg-0123456789ab"


def some(count: int = 5, size: int = 4, seed: int = 0) -> EntityVectors:
    vectors = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float16).astype(np.float32)
    return EntityVectors(VERSION, tuple(f"company:{number}" for number in range(count)), vectors, {"seed": seed})


@given(count=st.integers(0, 20), size=st.integers(1, 16), seed=st.integers(0, 99))
@settings(max_examples=30)
def test_file_gives_back_what_was_written_and_equal_vectors_give_equal_bytes(count: int, size: int, seed: int) -> None:
    before = some(count, size, seed)
    content = vectors_to_bytes(before)
    after = vectors_from_bytes(content, "here", kg_version=VERSION)
    assert (after.kg_version, after.entities, after.recipe) == (VERSION, before.entities, {"seed": seed})
    assert (after.vectors == before.vectors).all()
    assert vectors_to_bytes(after) == content


def test_vectors_of_another_version_of_the_graph_are_refused() -> None:
    with pytest.raises(DataError, match=f"holds vectors of {VERSION}, but the graph is kg-other"):
        vectors_from_bytes(vectors_to_bytes(some()), "here", kg_version="kg-other")


def test_damaged_file_is_named_and_no_object_is_ever_unpickled() -> None:
    whole = vectors_to_bytes(some())
    pickled = io.BytesIO()
    np.savez(pickled, head=np.array([{}], object), vectors=np.zeros((1, 1)))
    other = io.BytesIO()
    np.savez(
        other, head=np.frombuffer(b'{"kg_version": "x", "entities": ["a"], "recipe": {}}', np.uint8), vectors=[1.0]
    )
    for content in (b"", b"no file", whole[:100], pickled.getvalue(), other.getvalue()):
        with pytest.raises(DataError, match=r"vectors\.npz holds"):
            vectors_from_bytes(content, "vectors.npz", kg_version=VERSION)


def test_nearest_leaves_the_entity_out_and_orders_by_the_angle_alone() -> None:
    table = np.array([[1, 0], [5, 1], [0, 2], [-3, 0], [0, 0]], np.float32)
    found = EntityVectors(VERSION, ("a", "b", "c", "d", "e"), table).nearest("a")
    assert [entity for entity, _ in found] == ["b", "c", "e", "d"]
    assert [cosine for _, cosine in found] == pytest.approx([5 / 26**0.5, 0, 0, -1])
    with pytest.raises(DataError, match="kg embed"):
        some().nearest("company:none")
