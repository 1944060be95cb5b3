"""A record becomes a document or a rejection that names the field; no bytes make decoding raise."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.events.dead_letter import ErrorKind
from stream_app.events.document import MAX_ID_CHARACTERS, MAX_NAME_CHARACTERS
from stream_app.pipeline.decode import MAX_BYTES, decode
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.records import Rejection
from tests.factories import HEADLINE, RECEIVED, START, raw_document, record

NEST = 3_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["id", "source", "title", "body", "lang", "url", "published_at", "author", "symbols", "engagement", "media"]
)


def decoded(**fields: Any) -> TextDocument:
    result = decode(record(**fields))
    assert isinstance(result, TextDocument), result
    return result


def rejected(value: bytes | None = None, **fields: Any) -> Rejection:
    result = decode(record(value, **fields))
    assert isinstance(result, Rejection), result
    return result


def test_document_keeps_what_its_producer_gave() -> None:
    found = decoded(
        body="Shares rose.",
        lang="en-GB",
        url="https://example.com/a",
        author={"handle": "desk", "followers": 12},
        symbols=["AAPL", " "],
        engagement={"likes": 3.0},
        colour="an unknown field",
    )
    assert (found.id, found.source, found.source_kind, found.title) == ("doc-1", "Test Wire", "news", HEADLINE)
    assert (found.body, found.lang, found.url, found.symbols) == (
        "Shares rose.",
        "en",
        "https://example.com/a",
        ("AAPL",),
    )
    assert found.author is not None
    assert found.author.followers == 12
    assert found.engagement is not None
    assert found.engagement.likes == 3
    assert (found.published_at, found.received_at) == (START, RECEIVED)


def test_topic_tells_news_from_social() -> None:
    assert decode(record(topic="social.raw")).source_kind == "social"  # type: ignore[union-attr]


def test_null_is_the_same_as_missing() -> None:
    optional = ("id", "source", "body", "lang", "url", "author", "symbols", "engagement", "media")
    assert decoded(**dict.fromkeys(optional)) == decoded(id=..., source=...)


def test_document_without_id_gets_one_from_source_time_and_text() -> None:
    same = decoded(id=...).id
    assert same == decoded(id=..., lang="en").id
    assert len({same, decoded(id=..., source="b").id, decoded(id=..., title="b").id}) == 3


def test_markup_is_stripped_and_only_markup_makes_no_text() -> None:
    assert decoded(title="<p>AT&amp;T &amp; <b>Apple</b></p>").title == "AT&T & Apple"
    assert rejected(title="<p>&nbsp;</p>", body="<script>x</script>").kind is ErrorKind.NO_TEXT


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"", "no value"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"title": "\\ud800", "a": Infinity}', "Infinity"),
        (b"[" * NEST, "not JSON"),
        (b'{"a": "\\ud800", "b": ' + b"[" * NEST + b"]" * NEST + b"}", "too deeply"),
        (b"[]", "an array"),
        (b'"text"', "a text"),
        (b"null", "null"),
    ],
)
def test_what_is_no_json_object_is_said_so(value: bytes, why: str) -> None:
    rejection = rejected(value)
    assert rejection.kind is ErrorKind.NOT_JSON
    assert why in rejection.message


def test_record_without_a_value_is_rejected() -> None:
    result = decode(record(b""))
    assert isinstance(result, Rejection)
    assert result.message == "the record has no value"


def test_byte_order_mark_is_no_fault() -> None:
    assert isinstance(decode(record(b"\xef\xbb\xbf" + json.dumps(raw_document()).encode())), TextDocument)


def test_size_is_limited_to_256_kib_exactly() -> None:
    frame = len(json.dumps(raw_document(body="")))
    assert isinstance(decode(record(body="x" * (MAX_BYTES - frame))), TextDocument)
    assert rejected(body="x" * (MAX_BYTES - frame + 1)).kind is ErrorKind.TOO_LARGE


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("title", 5, "title"),
        ("body", ["x"], "body"),
        ("id", 7, "id"),
        ("id", "", "id"),
        ("id", "x" * (MAX_ID_CHARACTERS + 1), "id"),
        ("source", "x" * (MAX_NAME_CHARACTERS + 1), "source"),
        ("author", {"handle": "x" * (MAX_NAME_CHARACTERS + 1)}, "author.handle"),
        ("author", "me", "author"),
        ("author", {"followers": "5"}, "author.followers"),
        ("author", {"followers": True}, "author.followers"),
        ("engagement", {"likes": -1}, "engagement.likes"),
        ("engagement", {"likes": 1.5}, "engagement.likes"),
        ("symbols", "AAPL", "symbols"),
        ("symbols", ["AAPL", None], "symbols.1"),
        ("media", [{"uri": "x"}], "media.0.kind"),
        ("lang", 1, "lang"),
    ],
)
def test_wrong_type_names_its_field(field: str, value: object, place: str) -> None:
    rejection = rejected(**{field: value})
    assert (rejection.kind, rejection.field) == (ErrorKind.WRONG_TYPE, place)
    assert rejection.message.startswith(f"{place}: ")


@pytest.mark.parametrize("missing", [..., None])
def test_document_without_a_time_is_rejected(missing: object) -> None:
    rejection = rejected(published_at=missing)
    assert (rejection.kind, rejection.field) == (ErrorKind.NO_TIME, "published_at")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-02T08:00:00Z", START),
        ("2026-03-02 08:00:00", START),
        ("2026-03-02t09:00:00+01:00", START),
        ("2026-03-02T08:00:00.123456789Z", START + timedelta(microseconds=123456)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("1900-01-01T00:00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
    ],
)
def test_time_is_read_as_rfc_3339_and_without_a_zone_as_utc(written: str, moment: datetime) -> None:
    assert decoded(published_at=written).published_at == moment


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2026-03-02",
        "2026-03-02T08:00Z",
        "2026-W10-1T08:00:00Z",
        "20260302T080000Z",
        "2026-02-30T08:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T08:00:60Z",
        "2026-03-02T08:00:00+25:00",
        "2026-03-02T08:00:00Z\n",
        "２０２６-03-02T08:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "0001-01-01T00:00:00Z",
        "1899-12-31T23:59:59Z",
        1772438400,
        1772438400.5,
        True,
        ["2026-03-02T08:00:00Z"],
    ],
)
def test_what_is_no_time_is_rejected(written: object) -> None:
    rejection = rejected(published_at=written)
    assert (rejection.kind, rejection.field) == (ErrorKind.BAD_TIME, "published_at")


def test_time_may_lie_a_day_ahead_of_the_broker_but_not_more() -> None:
    day = RECEIVED + timedelta(days=1)
    assert decoded(published_at=day.isoformat()).published_at == day
    late = rejected(published_at=(day + timedelta(seconds=1)).isoformat())
    assert (late.kind, late.field) == (ErrorKind.FUTURE_TIME, "published_at")


@pytest.mark.parametrize("text", [None, "", " \n\t", "\u200b\ufeff"])
def test_document_that_shows_no_text_is_rejected(text: str | None) -> None:
    assert rejected(title=text, body=text).kind is ErrorKind.NO_TEXT


def test_media_alone_are_said_to_be_unreadable() -> None:
    rejection = rejected(title=..., media=[{"kind": "audio", "uri": "https://example.com/call.mp3"}])
    assert rejection.kind is ErrorKind.UNSUPPORTED_MEDIA
    assert "audio" in rejection.message


def test_half_of_a_surrogate_pair_is_replaced_and_the_rest_is_kept() -> None:
    value = b'{"published_at": "2026-03-02T08:00:00Z", "title": "Up \\ud83d\\ude00 and \\ud83d", "url": "\\ud800"}'
    found = decode(record(value))
    assert isinstance(found, TextDocument)
    assert found.title == "Up 😀 and \ufffd"
    assert orjson.dumps([found.title, found.url])


def test_half_pairs_are_replaced_wherever_they_stand() -> None:
    value = json.dumps(raw_document(symbols=["AAPL", "\ud83d"], author={"handle": "\ud83d", "followers": 3}))
    found = decode(record(value.encode()))
    assert isinstance(found, TextDocument)
    assert found.symbols == ("AAPL", "\ufffd")
    assert found.author is not None
    assert (found.author.handle, found.author.followers) == ("\ufffd", 3)


def check_decodes_to_one_answer(value: bytes) -> None:
    """Fail unless the bytes end as a document or a rejection that JSON can carry."""
    result = decode(record(value))
    texts = (
        [result.id, result.title, result.body, result.url]
        if isinstance(result, TextDocument)
        else [result.field, result.message]
    )
    assert orjson.dumps(texts)


@given(st.binary())
def test_no_bytes_make_decoding_raise(value: bytes) -> None:
    check_decodes_to_one_answer(value)


@given(JSON)
def test_no_json_makes_decoding_raise(value: object) -> None:
    check_decodes_to_one_answer(json.dumps(value).encode())


@given(st.dictionaries(FIELDS, JSON))
def test_no_values_of_known_fields_make_decoding_raise(fields: dict[str, object]) -> None:
    check_decodes_to_one_answer(json.dumps(raw_document(**fields)).encode())


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_no_text_makes_decoding_raise(title: str, time: str) -> None:
    check_decodes_to_one_answer(json.dumps(raw_document(title=title)).encode())
    check_decodes_to_one_answer(json.dumps(raw_document(published_at=time)).encode())
