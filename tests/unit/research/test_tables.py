"""Parquet that others read: DuckDB, polars and pandas see every event once, in its day, with its types."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from stream_app.cli.replay_research import export
from stream_app.events.examples import example
from stream_app.events.topics import ALERTS, RISK, ROLLUPS, SENTIMENT
from stream_app.research.tables import TABLES, export_topic
from tests.factories import START, sentiment_event
from tests.unit.replay.runs import finished

DOCS = Path(__file__).parents[3] / "docs"
DAYS, A_DAY = 5, 40


def lines() -> list[bytes]:
    """Events of five days, out of order, with a time that has digits behind the second."""
    events = [
        sentiment_event(number, at=START + timedelta(days=number % DAYS, microseconds=number), polarity=number / 1000)
        for number in range(DAYS * A_DAY)
    ]
    return [event.model_dump_json().encode() for event in reversed(events)]


@pytest.fixture
def exported(tmp_path: Path) -> str:
    """The folder of a topic's Parquet."""
    written = export_topic(lines(), TABLES[SENTIMENT.name], tmp_path)
    assert (written.rows, written.days) == (DAYS * A_DAY, DAYS)
    return str(tmp_path / SENTIMENT.name)


def test_duckdb_reads_every_event_in_its_day(exported: str) -> None:
    query = f"""
        SELECT day, count(*), count(DISTINCT event_id), min(published_at), avg(polarity)
        FROM read_parquet('{exported}/**/*.parquet', hive_partitioning = true) GROUP BY day ORDER BY day"""  # noqa: S608
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        rows = database.execute(query).fetchall()
    assert [row[0] for row in rows] == [date(2026, 3, 2 + number) for number in range(DAYS)]
    assert all(row[1:3] == (A_DAY, A_DAY) for row in rows)
    assert rows[0][4] == pytest.approx(sum(range(0, DAYS * A_DAY, DAYS)) / A_DAY / 1000)


def test_polars_reads_types_and_parts(exported: str) -> None:
    frame = pl.read_parquet(f"{exported}/**/*.parquet", hive_partitioning=True)
    assert frame.height == DAYS * A_DAY
    assert frame.schema["published_at"] == pl.Datetime("us", "UTC")
    assert frame.schema["polarity"] == pl.Float64
    first = frame.filter(pl.col("event_id") == "event-000007")
    assert first["published_at"].item() == START + timedelta(days=2, microseconds=7)
    assert str(first["day"].item()) == "2026-03-04"


def test_pandas_reads_the_folder_as_one_table(exported: str) -> None:
    frame = pd.read_parquet(exported)
    assert len(frame) == DAYS * A_DAY
    assert frame["event_id"].is_unique
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert set(frame["day"].astype(str)) == {f"2026-03-{2 + number:02}" for number in range(DAYS)}


def test_same_events_in_another_order_give_the_same_files(tmp_path: Path) -> None:
    folders = tmp_path / "one", tmp_path / "other"
    for folder, some in zip(folders, (lines(), sorted(lines())), strict=True):
        folder.mkdir()
        export_topic(some, TABLES[SENTIMENT.name], folder)
    files = [sorted(folder.rglob("*.parquet")) for folder in folders]
    assert [file.read_bytes() for file in files[0]] == [file.read_bytes() for file in files[1]]


@pytest.mark.parametrize("topic", [SENTIMENT, RISK, ALERTS, ROLLUPS], ids=lambda topic: topic.name)
def test_no_column_of_the_example_of_a_topic_is_lost(tmp_path: Path, topic: Any) -> None:
    """What the example holds arrives; paths of columns that lead nowhere would be empty."""
    event = example(topic).model_dump_json()
    export_topic([event.encode()], TABLES[topic.name], tmp_path)
    (row,) = pq.ParquetFile(next(tmp_path.rglob("*.parquet"))).read().to_pylist()
    held = json.loads(event)
    assert row[TABLES[topic.name].columns[0].name] == next(iter(held.values()))
    for name in held.keys() & row.keys():
        assert (row[name] is None) == (held[name] is None), name


def test_nested_parts_arrive_whole(tmp_path: Path) -> None:
    event = json.loads(example(RISK).model_dump_json())
    export_topic([json.dumps(event).encode()], TABLES[RISK.name], tmp_path)
    (row,) = pq.ParquetFile(next(tmp_path.rglob("*.parquet"))).read().to_pylist()
    assert row["paths"] == event["paths"]
    assert row["published_at"] == datetime.fromisoformat(event["published_at"]).astimezone(UTC)
    assert row["probability_without_trigger"] == event["counterfactual"]["probability_without_trigger"]


@pytest.mark.parametrize("topic", TABLES)
def test_every_column_is_documented_and_bears_its_meaning(topic: str) -> None:
    page = (DOCS / "research.md").read_text(encoding="utf-8")
    for column in TABLES[topic].columns:
        assert f"`{column.name}`" in page
        assert TABLES[topic].schema.field(column.name).metadata[b"description"] == column.meaning.encode()


def test_topic_that_is_named_twice_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_APP_STATE_DIR", str(tmp_path))
    finished(tmp_path, "one", [json.loads(line) for line in lines()[:3]])
    export("one", out=tmp_path / "out", topics=[SENTIMENT.name] * 2)
    assert len(list((tmp_path / "out").rglob("*.parquet"))) == 3
