"""Images join their document as the field `media`; what cannot be read is said, and leaves the rest alone."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_images import MemoryImageReader
from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.decode import decode
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.flow import Flow, query_of
from stream_app.pipeline.link import link
from stream_app.pipeline.media import MediaReading
from stream_app.pipeline.pictures import MOST_IMAGES
from stream_app.pipeline.records import Emitted, Outcome, Rejection
from tests.factories import RECEIVED, at_once, record
from tests.unit.pipeline.flow_path import SNAPSHOT, no_details, reader_of

CHART, MEME, BROKEN = b"chart", b"meme", b"broken"
SHOWN = {CHART: ["Boeing halts deliveries", "of its jets"], MEME: []}
TITLE = "Apple raises its outlook after strong demand"


def image(content: bytes = CHART, **fields: Any) -> dict[str, Any]:
    return {"kind": "image", "base64": base64.b64encode(content).decode()} | fields


async def outcome_of(images: MemoryImageReader | None = None, **fields: Any) -> Outcome:
    reading = MediaReading(MemoryImageReader(SHOWN) if images is None else images)
    flow = Flow(MemorySeenStore(), no_details, clock=FixedClock(RECEIVED), compute=at_once, media=reading)
    prepared = await flow.prepare([record(**fields)], SNAPSHOT, reader_of())
    return (await flow.conclude(prepared)).outcomes[0]


async def events_of(**fields: Any) -> dict[str, SentimentEvent]:
    result = (await outcome_of(**fields)).result
    assert isinstance(result, Emitted), result
    return {event.entity.id if event.entity else "none": event for event in result.events}


async def rejection_of(**fields: Any) -> Rejection:
    result = (await outcome_of(**fields)).result
    assert isinstance(result, Rejection)
    return result


async def test_entity_of_an_image_has_its_mentions_in_the_field_media() -> None:
    events = await events_of(title=TITLE, media=[image()])
    boeing, apple = events["company:boeing"], events["company:apple"]
    (mention,) = boeing.mentions
    assert (mention.field, mention.text, mention.start) == ("media", "Boeing", 0)
    assert apple.mentions[0].field == "title"
    (read,) = boeing.media
    assert (read.text, read.start, read.unread) == ("Boeing halts deliveries of its jets", 0, None)
    assert apple.media == boeing.media
    assert boeing.first_mention == 1


async def test_every_span_of_an_event_is_what_its_field_has_there() -> None:
    events = await events_of(
        title=TITLE, body="Shares rose.", media=[image(MEME), image(), image(CHART + b"2"), image()]
    )
    for event in events.values():
        texts = {
            "title": TITLE,
            "body": "Shares rose.",
            "media": "\n".join(one.text for one in event.media if one.text),
        }
        for span in (*event.mentions, *event.evidence):
            assert texts[span.field][span.start : span.end] == span.text
        for one in event.media:
            assert one.text is None or texts["media"].startswith(one.text, one.start)


async def test_image_alone_is_a_document() -> None:
    events = await events_of(title=..., media=[image()])
    assert list(events) == ["company:boeing"]


async def test_document_without_media_says_nothing_of_them() -> None:
    assert (await events_of(title=TITLE))["company:apple"].media == ()


@pytest.mark.parametrize(
    ("medium", "why"),
    [
        (image(BROKEN), "no image"),
        ({"kind": "image", "base64": "%%%"}, "base64"),
        ({"kind": "image", "uri": "http://169.254.169.254/latest"}, "not fetched"),
        ({"kind": "image"}, "not fetched"),
        ({"kind": "video", "uri": "https://example.com/a.mp4"}, "video is not read"),
    ],
)
async def test_what_cannot_be_read_is_said_and_costs_the_text_nothing(medium: dict[str, str], why: str) -> None:
    (read,) = (await events_of(title=TITLE, media=[medium]))["company:apple"].media
    assert why in (read.unread or "")
    assert (read.text, read.start, read.confidence) == (None, None, None)


@pytest.mark.parametrize("medium", [image(BROKEN), image(MEME), {"kind": "image", "uri": "https://example.com/a.png"}])
async def test_document_of_nothing_but_unreadable_media_is_rejected_with_the_field(medium: dict[str, str]) -> None:
    rejection = await rejection_of(title=..., media=[medium])
    assert rejection.kind is ErrorKind.UNSUPPORTED_MEDIA
    assert (rejection.field or "").startswith("media")


@pytest.mark.parametrize("kind", ["audio", "Audio", "audio/mpeg"])
async def test_audio_is_refused_with_its_field_even_beside_text(kind: str) -> None:
    rejection = await rejection_of(title=TITLE, media=[image(), {"kind": kind, "uri": "https://example.com/a.mp3"}])
    assert (rejection.kind, rejection.field) == (ErrorKind.UNSUPPORTED_MEDIA, "media.1")
    assert "no model" in rejection.message


async def test_no_more_images_of_a_document_are_read_than_the_limit() -> None:
    images = MemoryImageReader({bytes([number]): [f"line {number}"] for number in range(9)})
    media = [image(bytes([number])) for number in range(9)]
    result = (await outcome_of(images, title=TITLE, media=media)).result
    assert isinstance(result, Emitted)
    assert len(images.asked) == MOST_IMAGES
    assert [one.unread is None for one in result.events[0].media] == [True] * MOST_IMAGES + [False] * 5


async def test_same_image_is_read_once_in_a_batch_and_what_became_of_it_is_counted() -> None:
    images, telemetry = MemoryImageReader(SHOWN), MemoryTelemetry()
    documents = [decode(record(title=TITLE, media=[image()])) for _ in range(3)]
    read = await MediaReading(images, telemetry).read(documents)
    assert images.asked == [CHART]
    assert all(isinstance(one, TextDocument) and one.media_text for one in read)
    assert telemetry.counts == {"stream_app_media_total": 3}


async def test_without_a_reader_images_are_noted_and_texts_are_scored() -> None:
    document = decode(record(title=TITLE, media=[image()]))
    (read,) = await MediaReading(None).read([document])
    assert isinstance(read, TextDocument)
    assert "stream-app[media]" in (read.media_read[0].unread or "")


def test_image_of_a_data_address_and_of_the_url_alphabet_is_taken() -> None:
    content = bytes(range(250, 256)) * 5
    inline = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    url_safe = base64.urlsafe_b64encode(content).decode()
    for medium in ({"kind": "image", "uri": inline}, {"kind": "photo", "base64": url_safe}):
        assert isinstance(decode(record(title=..., media=[medium])), TextDocument)


def test_id_of_a_document_without_one_follows_from_its_images_too() -> None:
    ids = {decode(record(id=..., title=..., media=[image(one)])).id for one in (CHART, MEME)}  # type: ignore[union-attr]
    again = decode(record(id=..., title=..., media=[image(MEME)])).id  # type: ignore[union-attr]
    assert len(ids) == 2
    assert again in ids


async def test_novelty_is_the_same_whether_images_are_read_or_not() -> None:
    """A replay decides novelty before it feeds, without reading an image."""
    document = decode(record(title=TITLE, media=[image()]))
    (read,) = await MediaReading(MemoryImageReader(SHOWN)).read([document])
    assert isinstance(document, TextDocument)
    assert isinstance(read, TextDocument)
    assert query_of(link(document, SNAPSHOT)) == query_of(link(read, SNAPSHOT))


MEDIA = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["image", "video", "photo"]) | st.text()},
        optional={"base64": st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()), "uri": st.text()},
    )
)


@given(MEDIA)
async def test_no_media_make_a_document_end_in_anything_but_one_outcome(media: list[dict[str, str]]) -> None:
    value = json.dumps({"title": TITLE, "published_at": "2026-03-02T08:00:00Z", "media": media}).encode()
    document = decode(record(value))
    (read,) = await MediaReading(MemoryImageReader(SHOWN)).read([document])
    if isinstance(read, TextDocument):
        assert len(read.media_read) == len(media)
    else:
        assert read.kind in {ErrorKind.UNSUPPORTED_MEDIA, ErrorKind.WRONG_TYPE}
