"""Documents come out of files as the stream expects them, and what cannot be read is said in one line."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.adapters.files import FileFormat, FileRecord, format_of, open_file, parse_columns, read_records
from stream_app.errors import ConfigurationError, DataError, StreamAppError

JSONL, CSV, PARQUET, FEED = FileFormat.JSONL, FileFormat.CSV, FileFormat.PARQUET, FileFormat.FEED
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Example Wire</title>
<entry><id>urn:1</id><title>Apple rises</title><link href="https://news.example/1"/>
<published>2024-05-02T15:30:00+02:00</published><author><name>Ann</name></author>
<summary>Short.</summary><content type="text">Long.</content></entry></feed>"""
RSS = """<rss version="2.0"><channel><title>Example Wire</title><language>en-us</language>
<item><title>Tesla falls</title><link>https://news.example/2</link>
<pubDate>Thu, 02 May 2024 13:30:00 GMT</pubDate></item><item><title>No time</title></item></channel></rss>"""


def records(raw: bytes, file_format: FileFormat, columns: str = "", name: str = "a.file") -> list[FileRecord]:
    return list(read_records(io.BytesIO(raw), name, file_format=file_format, columns=parse_columns(columns)))


def documents(raw: bytes, file_format: FileFormat, columns: str = "") -> list[Any]:
    return [json.loads(record.value) for record in records(raw, file_format, columns)]


def parquet(columns: Mapping[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), sink)
    return sink.getvalue()


def test_json_lines_pass_through_to_the_byte_also_when_they_are_bad() -> None:
    lines = [b'{"source": "wire", "title":  "A"}', b"{broken", b"\xff\xfe", b"[1]", b'{"source": 3}']
    found = records(b"\n".join(lines), JSONL)
    assert [record.value for record in found] == lines
    assert [record.key for record in found] == [b"wire", None, None, None, None]


def test_blank_lines_and_a_byte_order_mark_are_no_documents() -> None:
    assert [record.value for record in records(b"\xef\xbb\xbf{}\r\n\r\n  \n{}", JSONL)] == [b"{}", b"{}"]


@given(st.binary(max_size=200))
def test_no_json_line_makes_reading_fail(raw: bytes) -> None:
    assert (
        b"".join(record.value for record in records(raw, JSONL)).strip()
        == b"".join(line.strip() for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")).strip()
    )


def test_json_members_are_renamed_by_the_map_and_others_kept() -> None:
    raw = b'{"headline": "A", "by": "ann", "lang": "en"}\n{broken\n'
    found = records(raw, JSONL, "title=headline,author.handle=by")
    assert json.loads(found[0].value) == {"title": "A", "author": {"handle": "ann"}, "lang": "en"}
    assert found[1].value == b"{broken"


def test_a_member_within_another_is_added_to_those_that_are_there() -> None:
    raw = b'{"title": "A", "n": 5, "author": {"handle": "ann", "followers": 1}}'
    (found,) = documents(raw, JSONL, "author.followers=n")
    assert found == {"title": "A", "author": {"handle": "ann", "followers": 5}}


def test_a_json_member_that_no_line_has_is_an_error() -> None:
    with pytest.raises(DataError, match="has no haedline in its first 2 lines"):
        records(b'{"headline": "A"}\n{"headline": "B"}', JSONL, "title=haedline")


def test_csv_columns_become_fields_in_their_shapes() -> None:
    raw = (
        b"headline,when,tickers,followers,source\n"
        b'"Apple, again",2024-05-02T13:30:00Z,AAPL; MSFT,12,wire\n'
        b'"two\nlines",2024-05-02,,many,\n'
    )
    first, second = documents(raw, CSV, "title=headline,published_at=when,symbols=tickers,author.followers=followers")
    assert first == {
        "source": "wire",
        "title": "Apple, again",
        "published_at": "2024-05-02T13:30:00Z",
        "symbols": ["AAPL", "MSFT"],
        "author": {"followers": 12},
    }
    assert second == {"title": "two\nlines", "published_at": "2024-05-02T00:00:00Z", "author": {"followers": "many"}}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_csv_is_the_one_that_its_heading_uses(delimiter: str) -> None:
    raw = f"Title{delimiter}published_at\nA{delimiter}2024-05-02T13:30:00Z\n".encode("utf-8-sig")
    assert documents(raw, CSV) == [{"title": "A", "published_at": "2024-05-02T13:30:00Z"}]


def test_a_csv_cell_may_be_longer_than_pythons_limit() -> None:
    text = "x" * 200_000
    assert documents(f"body,published_at\n{text},2024-05-02T13:30:00Z\n".encode(), CSV)[0]["body"] == text


def test_a_column_that_is_missing_names_those_that_are_there() -> None:
    with pytest.raises(DataError, match="has no column headline: it has title, when"):
        documents(b"title,when\nA,B\n", CSV, "title=headline")


@pytest.mark.parametrize(
    ("heading", "lacking"), [("title,when", "published_at"), ("text,published_at", "title or body")]
)
def test_a_table_without_text_or_time_is_refused_before_anything_is_published(heading: str, lacking: str) -> None:
    with pytest.raises(DataError, match=f"no column called {lacking}"):
        documents(f"{heading}\nA,B\n".encode(), CSV)


def test_parquet_types_become_what_json_can_say() -> None:
    raw = parquet(
        {
            "title": ["A", "B"],
            "published_at": pa.array([datetime(2024, 5, 2, 13, 30, tzinfo=UTC), None], pa.timestamp("ns", "UTC")),
            "symbols": [["AAPL"], None],
            "id": [7, 8],
            "fans": [12.0, float("nan")],
        }
    )
    first, second = documents(raw, PARQUET, "author.followers=fans")
    assert first == {
        "id": "7",
        "title": "A",
        "published_at": "2024-05-02T13:30:00+00:00",
        "symbols": ["AAPL"],
        "author": {"followers": 12},
    }
    assert second == {"id": "8", "title": "B"}


def test_records_within_a_table_are_read_and_odd_numbers_left_for_the_stream() -> None:
    columns = {
        "title": ["A"], "published_at": ["2024-05-02T13:30:00Z"], "symbols": [7],
        "author": [{"handle": "ann", "followers": None}], "engagement.likes": [Decimal(3)],
    }  # fmt: skip
    (found,) = documents(parquet(columns), PARQUET)
    assert (found["author"], found["engagement"], found["symbols"]) == ({"handle": "ann"}, {"likes": 3}, ["7"])
    huge = b"title,published_at,author.followers,author\nA,2024-05-02T13:30:00Z,99999999999999999999,ann\n"
    assert documents(huge, CSV)[0]["author"] == {"followers": 99999999999999999999}


def test_a_date_of_parquet_is_its_midnight() -> None:
    raw = parquet({"body": ["A"], "day": [date(2024, 5, 2)]})
    assert documents(raw, PARQUET, "published_at=day")[0]["published_at"] == "2024-05-02T00:00:00Z"


def test_atom_entries_are_documents_in_utc() -> None:
    (record,) = records(ATOM.encode(), FEED)
    assert record.key == b"Example Wire"
    assert json.loads(record.value) == {
        "id": "urn:1",
        "source": "Example Wire",
        "title": "Apple rises",
        "body": "Short.",
        "url": "https://news.example/1",
        "published_at": "2024-05-02T13:30:00+00:00",
        "author": {"handle": "Ann"},
    }


def test_the_body_of_a_feed_can_be_its_content() -> None:
    assert documents(ATOM.encode(), FEED, "body=content")[0]["body"] == "Long."


def test_an_rss_item_without_a_time_is_left_for_the_stream_to_refuse() -> None:
    dated, undated = documents(RSS.encode(), FEED)
    assert dated["published_at"] == "2024-05-02T13:30:00+00:00"
    assert dated["lang"] == "en"
    assert "published_at" not in undated


@pytest.mark.parametrize(
    ("name", "file_format"),
    [("a.jsonl", JSONL), ("a.ndjson.gz", JSONL), ("a.CSV", CSV), ("b.tsv.gz", CSV), ("c.parquet", PARQUET),
     ("d.xml", FEED), ("d.atom", FEED), ("-", JSONL)],
)  # fmt: skip
def test_the_name_tells_the_format(name: str, file_format: FileFormat) -> None:
    assert format_of(name) is file_format


def test_a_compressed_file_is_read_as_what_it_holds() -> None:
    assert records(gzip.compress(b'{"a": 1}'), JSONL, name="a.jsonl.gz")[0].value == b'{"a": 1}'


@pytest.mark.parametrize(
    ("raw", "file_format", "name"),
    [
        (b"no parquet", PARQUET, "a.parquet"),
        (b"not a feed", FEED, "a.xml"),
        (b"", CSV, "a.csv"),
        (b"not gzip", JSONL, "a.jsonl.gz"),
        (gzip.compress(b"x" * 10_000)[:-12], JSONL, "cut.jsonl.gz"),
    ],
    ids=["parquet", "feed", "empty-csv", "not-gzip", "cut-gzip"],
)
def test_a_file_of_another_kind_is_one_line_that_names_it(raw: bytes, file_format: FileFormat, name: str) -> None:
    with pytest.raises(DataError, match=re.escape(name)):
        records(raw, file_format, name=name)


def test_a_quote_that_is_never_closed_costs_its_row_only() -> None:
    assert documents(b'title,published_at\n"A\n', CSV) == [{"title": "A\n"}]


@pytest.mark.parametrize("written", ["headline", "title=", "titel=headline", "media=x"])
def test_a_map_that_names_no_field_is_refused_with_the_fields_there_are(written: str) -> None:
    with pytest.raises(ConfigurationError, match="the fields of a document are id, source, title"):
        parse_columns(written)


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_a_file_that_cannot_be_opened_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(StreamAppError, match="cannot be read"):
        open_file(str(tmp_path / name))


def test_a_name_that_tells_no_format_asks_for_one() -> None:
    with pytest.raises(ConfigurationError, match=r"--format jsonl\|csv\|parquet\|feed"):
        format_of("documents.dat")
