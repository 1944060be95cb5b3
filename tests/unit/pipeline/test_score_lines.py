"""A line to score may leave out what a stream would need, and may say which spans to score."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.events.dead_letter import ErrorKind
from stream_app.pipeline.documents import Mention
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.score_lines import Line, read_line

NOW = datetime(2024, 5, 2, 13, 30, tzinfo=UTC)


def read(value: Any) -> Line | Rejection:
    return read_line(json.dumps(value).encode(), "news.raw", now=NOW)


def line(**fields: Any) -> Line:
    found = read(fields)
    assert isinstance(found, Line), found
    return found


@pytest.mark.parametrize("field", ["text", "body"])
def test_a_text_needs_no_time_and_may_be_called_text(field: str) -> None:
    found = line(**{field: "Apple rises"})
    assert (found.document.body, found.document.published_at, found.given) == ("Apple rises", NOW, None)


def test_a_text_beside_a_title_is_not_its_body() -> None:
    assert line(title="Apple rises", text="ignored").document.body == ""


def test_a_time_that_is_given_is_kept() -> None:
    assert line(title="A", published_at="2024-05-01T00:00:00").document.published_at == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"title": "Apple"}, "title"), ({"body": "Apple"}, "body"), ({"title": "x", "body": "Apple"}, "body")],
)
def test_a_span_without_a_field_is_of_the_only_text_or_the_body(fields: dict[str, str], field: Any) -> None:
    assert line(**fields, mentions=[{"start": 0, "end": 5}]).given == (Mention(field, 0, 5),)


def test_given_spans_keep_their_order_and_their_repeats() -> None:
    given_spans = [{"start": 6, "end": 11}, {"start": 0, "end": 5}, {"start": 6, "end": 11}]
    found = line(title="Apple Tesla", mentions=given_spans)
    assert found.given == tuple(Mention("title", span["start"], span["end"]) for span in given_spans)


def test_where_spans_are_given_a_text_is_taken_as_it_stands() -> None:
    title = "AT&amp;T  <b>falls</b>"
    assert line(title=title, mentions=[]).document.title == title
    assert line(title=title).document.title == "AT&T falls"


@pytest.mark.parametrize(
    "mentions",
    [
        3,
        [{"start": 0}],
        [{"start": 0, "end": 6}],
        [{"start": 2, "end": 2}],
        [{"start": -1, "end": 2}],
        [{"start": 0, "end": 1, "field": "url"}],
        [{"start": 0, "end": 1, "field": "body"}],
    ],
)
def test_spans_that_are_no_part_of_the_text_reject_the_line(mentions: Any) -> None:
    found = read({"title": "Apple", "mentions": mentions})
    assert isinstance(found, Rejection)
    assert (found.kind, found.field) == (ErrorKind.WRONG_TYPE, "mentions")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([], ErrorKind.NOT_JSON),
        ({}, ErrorKind.NO_TEXT),
        ({"title": " "}, ErrorKind.NO_TEXT),
        ({"title": 3}, ErrorKind.WRONG_TYPE),
        ({"title": "A", "published_at": "soon"}, ErrorKind.BAD_TIME),
        ({"text": ["A"]}, ErrorKind.WRONG_TYPE),
    ],
)
def test_what_no_stream_would_take_is_rejected_here_too(value: Any, kind: ErrorKind) -> None:
    found = read(value)
    assert isinstance(found, Rejection)
    assert found.kind is kind


@given(st.binary(max_size=300))
def test_no_line_makes_reading_fail(value: bytes) -> None:
    assert isinstance(read_line(value, "news.raw", now=NOW), Line | Rejection)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(["title", "body", "text", "mentions", "published_at"], JSON)))
def test_no_shape_of_a_line_makes_reading_fail(value: dict[str, Any]) -> None:
    assert isinstance(read(value), Line | Rejection)
