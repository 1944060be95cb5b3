"""Dead letters are told apart, mended, and go back to where they came from."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.errors import ConfigurationError, DataError
from stream_app.events.dead_letter import DeadLetter
from stream_app.events.examples import example
from stream_app.events.topics import DEAD_LETTERS
from stream_app.pipeline.decode import decode
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.mending import Change, Place, distinct, message_again
from stream_app.pipeline.records import MAX_CARRIED_BYTES, MAX_CARRIED_KEY_BYTES
from tests.factories import record

DEEP = "[" * 100_000
TOPICS = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters="._-"), min_size=1)
OFFSETS = st.integers(min_value=0, max_value=2**63 - 1)


def letter(**fields: object) -> DeadLetter:
    values = {"value": b'{"title": "No time"}', "key": b"wire", "offset": 7, "partition": 1} | fields
    return DeadLetter.model_validate(example(DEAD_LETTERS).model_dump() | values)


@given(TOPICS, OFFSETS, OFFSETS)
def test_a_place_is_read_as_it_is_written(topic: str, partition: int, offset: int) -> None:
    place = Place(topic, partition, offset)
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize("written", ["", "news.raw", "news.raw/1", "news.raw/1/x", "/1/2", "news.raw/-1/2", "a/1/2/3"])
def test_what_is_no_place_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError, match="ids are topic/partition/offset"):
        Place.parse(written)


def test_a_record_that_was_delivered_twice_is_one_letter() -> None:
    letters = distinct([letter(offset=1), letter(offset=2), letter(offset=1)])
    assert [str(place) for place in letters] == ["news.raw/1/1", "news.raw/1/2"]


def test_without_a_change_the_record_goes_back_to_the_byte_with_its_key() -> None:
    message = message_again(letter(value=b"\xff{", key=b"wire"))
    assert (message.topic, message.key, message.value) == ("news.raw", b"wire", b"\xff{")


def test_changes_set_texts_json_and_members_of_objects() -> None:
    written = ["published_at=2024-05-02T13:30:00Z", 'symbols:=["AAPL"]', "author.handle=ann=bob", "title:=null"]
    message = message_again(letter(), [Change.parse(change) for change in written])
    assert json.loads(message.value or b"") == {
        "title": None,
        "published_at": "2024-05-02T13:30:00Z",
        "symbols": ["AAPL"],
        "author": {"handle": "ann=bob"},
    }


@pytest.mark.parametrize("written", ["title", "=x", ".a=x", "a..b=x", "a:={broken", "a:=NaN", "a:=" + DEEP])
def test_what_is_no_change_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError):
        Change.parse(written)


@pytest.mark.parametrize(
    "value", [b"{broken", b"\xff", b"", None, b"[1]", b'"text"', b'{"author": "ann"}', DEEP.encode(), b'{"likes": NaN}']
)
def test_a_value_that_has_no_place_for_the_change_is_left_to_the_editor(value: bytes | None) -> None:
    with pytest.raises(DataError, match=r"news\.raw/1/7 .* mend it by --edit"):
        message_again(letter(value=value), [Change(("author", "handle"), "ann")])


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_a_change_leaves_the_other_members_as_they_are(document: dict[str, object]) -> None:
    value = json.dumps(document).encode()
    message = message_again(letter(value=value), [Change(("title",), "mended")])
    assert json.loads(message.value or b"") == document | {"title": "mended"}


def test_half_of_a_surrogate_pair_comes_through_a_change() -> None:
    """A text that was cut through an emoji is read as a document; mended, it is read as one still."""
    value = b'{"title": "Apple rises \\ud83d", "published_at": "soon"}'
    message = message_again(letter(value=value), [Change.parse("published_at=2024-05-02T13:30:00Z")])
    assert isinstance(decode(record(message.value)), TextDocument)
    assert json.loads(message.value or b"")["title"] == "Apple rises \ud83d"


@pytest.mark.parametrize("cut", [{"value": b"x" * MAX_CARRIED_BYTES}, {"key": b"x" * MAX_CARRIED_KEY_BYTES}])
def test_a_letter_that_was_cut_is_not_sent_again(cut: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match="was cut"):
        message_again(letter(**cut))
