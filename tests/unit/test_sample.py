"""The shipped sample holds what its page says, and its expectations speak of what is in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stream_app.cli.demo_stories import STORIES
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.entity import EntityKind
from stream_app.events.topics import NEWS, SOCIAL
from stream_app.pipeline.decode import MAX_BYTES, decode
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record, Rejection
from stream_app.sample import messages, sample_path

ROOT = Path(__file__).parents[2]
EXPECTATIONS = [
    json.loads(line)
    for line in (ROOT / "tests/data/sample_expectations.jsonl").read_text(encoding="utf-8").splitlines()
]
MESSAGES = list(messages())
AFTER = datetime(2026, 3, 5, tzinfo=UTC)
CHINESE = re.compile("[\u4e00-\u9fff]")
KANA = re.compile("[\u3040-\u30ff]")


def _decoded(message: Message, offset: int) -> TextDocument | Rejection:
    record = Record(message.topic, 0, offset, message.key, message.value, received_at=AFTER)
    return decode(record)


DECODED = [_decoded(message, offset) for offset, message in enumerate(MESSAGES)]
DOCUMENTS = [one for one in DECODED if isinstance(one, TextDocument)]
REJECTED = {
    (message.key or b"").decode(): one
    for message, one in zip(MESSAGES, DECODED, strict=True)
    if isinstance(one, Rejection)
}
BY_ID = {document.id: document for document in DOCUMENTS}


def _stated() -> dict[str, int]:
    page = (ROOT / "docs/sample.md").read_text(encoding="utf-8")
    return {what.strip("… `"): int(count) for what, count in re.findall(r"^\| (.+?) \| (\d+) \|$", page, re.MULTILINE)}


def _language(document: TextDocument) -> str:
    text = document.title + document.body
    if KANA.search(text):
        return "ja"
    return "zh" if CHINESE.search(text) else document.lang or "unknown"


def test_counts_are_those_of_the_page() -> None:
    languages = Counter(_language(document) for document in DOCUMENTS)
    unscored = {line["id"] for line in EXPECTATIONS if line.get("unscored")}
    assert _stated() == {
        "all": len(MESSAGES),
        NEWS.name: sum(message.topic == NEWS.name for message in MESSAGES),
        SOCIAL.name: sum(message.topic == SOCIAL.name for message in MESSAGES),
        "documents": len(DOCUMENTS),
        "of them delivered again, byte for byte": len(DOCUMENTS) - len(BY_ID),
        "in Chinese": languages["zh"],
        "in German, Spanish, Japanese or French": len(unscored),
        "dead letters": len(REJECTED),
        **Counter(rejection.kind.value for rejection in REJECTED.values()),
    }


def test_an_id_comes_again_only_with_the_same_bytes() -> None:
    values: dict[str, set[bytes | None]] = {}
    for message, one in zip(MESSAGES, DECODED, strict=True):
        if isinstance(one, TextDocument):
            values.setdefault(one.id, set()).add(message.value)
    assert not [one for one, different in values.items() if len(different) > 1]


def test_every_record_says_that_it_is_invented() -> None:
    assert not [message.key for message in MESSAGES if b"invented" not in (message.key or b"").lower()]
    handles = [document.author.handle or "" for document in DOCUMENTS if document.author]
    assert not [handle for handle in handles if not handle.startswith("@invented_")]
    assert not re.findall(r"https?://(?![a-z.]+\.example/)", sample_path().read_text(encoding="utf-8"))


def test_every_kind_of_bad_record_is_there() -> None:
    kinds = {rejection.kind for rejection in REJECTED.values()}
    assert kinds == set(ErrorKind) - {ErrorKind.PROCESSING_FAILED, ErrorKind.WRONG_KEY}


def test_bad_records_are_rejected_for_the_reasons_expected() -> None:
    expected = {line["key"]: line["dead_letter"] for line in EXPECTATIONS if "dead_letter" in line}
    assert {key: rejection.kind.value for key, rejection in REJECTED.items()} == expected


def test_sizes_times_and_tombstones_are_as_awkward_as_promised() -> None:
    assert any(len(message.value or b"") > MAX_BYTES for message in MESSAGES)
    assert sample_path().stat().st_size < MAX_BYTES
    assert any(message.value is None for message in MESSAGES)
    times = [document.published_at for document in DOCUMENTS]
    assert times != sorted(times)
    assert {time.date().isoformat() for time in times} == {"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"}


def test_half_a_surrogate_pair_leaves_a_document_to_read() -> None:
    assert "\N{REPLACEMENT CHARACTER}" in BY_ID["odd-lone-surrogate"].body


@pytest.mark.parametrize("line", [line for line in EXPECTATIONS if "id" in line], ids=lambda line: line["id"])
def test_expectation_speaks_of_words_that_are_in_the_document(line: dict[str, Any]) -> None:
    document = BY_ID[line["id"]]
    assert line.keys() - {"id"} <= {"entities", "absent", "unscored"}
    for entity in line.get("entities", []):
        assert entity["name"] in "\n".join((document.title, document.body, *document.symbols))
        assert entity["kind"] in set(EntityKind)
        assert entity.get("polarity", "neutral") in {"negative", "neutral", "positive"}


def test_an_expectation_is_stated_once() -> None:
    names = Counter(line.get("id") or line["key"] for line in EXPECTATIONS)
    assert max(names.values()) == 1


def test_the_stories_that_the_demo_tells_at_its_end_are_in_it() -> None:
    assert {document: BY_ID[document].title for document, _ in STORIES} == {
        document: headline for (document, _), headline in STORIES.items()
    }
