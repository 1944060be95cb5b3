"""feed, tail, dlq and subscribe beside an `up` of the same folder, which they find by themselves."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stream_app.events.topics import DEAD_LETTERS, SENTIMENT
from tests.e2e.conftest import Shell, Up
from tests.pictures import picture

ROOT = Path(__file__).parents[2]
TIME = "2026-03-02T08:00:00Z"
WAIT_SECONDS = 60
BOEING_FALLS = (
    "Boeing shares plunge after regulators ground its jets and the company warns of heavy losses",
    "Boeing slumps as a safety scandal deepens and orders collapse",
    "Boeing hit by fraud charges, shares crash to a record low",
)


def events_of(shell: Shell, document: str) -> list[Any]:
    """Wait for the events of a document."""
    return wait_for(shell, "sentiment.events", lambda event: event["document_id"] == document)


def wait_for(shell: Shell, topic: str, wanted: Any) -> list[Any]:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        done = shell.here("tail", topic, "--to-end", "--json")
        assert done.status == 0, done.err
        if found := [value for value in done.lines if wanted(value)]:
            return found
    pytest.fail(f"nothing came on {topic} within {WAIT_SECONDS} s")


def test_the_first_line_of_up_says_where_everything_is(up: Up) -> None:
    assert list(up.ready) == ["event", "kafka", "redis", "triton", "web", "pids"]
    assert (up.ready["event"], up.ready["web"]) == ("ready", None)
    assert up.ready["kafka"].startswith("127.0.0.1:")
    assert up.ready["redis"].startswith("redis://127.0.0.1:")
    assert up.ready["pids"].keys() == {"broker", "cache", "triton", "worker-1"}


def test_json_lines_become_events_and_dead_letters_that_can_be_mended(up: Up) -> None:
    good = {"id": "e2e-good", "source": "e2e", "title": "Apple beats estimates, Boeing slumps", "published_at": TIME}
    bad = {"id": "e2e-bad", "source": "e2e", "title": "Tesla recalls cars"}
    fed = up.shell.run("feed", "-", "--json", given=f"{json.dumps(good)}\n{json.dumps(bad)}\n{{broken\n".encode())
    assert (fed.status, fed.lines[0]["documents"]) == (0, 3)
    events = [SENTIMENT.schema.model_validate(event) for event in events_of(up.shell, "e2e-good")]
    assert {event.model_dump()["entity"]["ticker"] for event in events} == {"AAPL", "BA"}

    wait_for(up.shell, "dead.letters", lambda letter: letter["error_kind"] == "not_json")
    listed = up.shell.here("dlq", "list", "--json", "--kind", "no_time")
    (letter,) = listed.lines
    DEAD_LETTERS.schema.model_validate_json(json.dumps(letter))
    shown = up.shell.here("dlq", "show", letter["id"])
    assert "Tesla recalls cars" in shown.out
    mended = up.shell.run("dlq", "requeue", letter["id"], "--set", f"published_at={TIME}", "--json")
    assert mended.lines == [{"id": letter["id"], "topic": "news.raw", "changed": True}]
    assert [event["entity"]["ticker"] for event in events_of(up.shell, "e2e-bad")] == ["TSLA"]
    again = [
        value for value in up.shell.here("tail", "news.raw", "--to-end", "--json").lines if value.get("id") == "e2e-bad"
    ]
    assert again == [bad, bad | {"published_at": TIME}]


def test_text_of_an_image_becomes_an_event_and_audio_a_dead_letter_with_its_field(up: Up) -> None:
    pytest.importorskip("rapidocr_onnxruntime")
    shown = base64.b64encode(picture("Boeing halts deliveries", "of its jets")).decode()
    posts: list[dict[str, Any]] = [
        {"id": "e2e-image", "published_at": TIME, "media": [{"kind": "image", "base64": shown}]},
        {"id": "e2e-audio", "title": "Apple", "published_at": TIME, "media": [{"kind": "audio", "uri": "a.mp3"}]},
    ]
    fed = up.shell.here("feed", "-", "--topic", "social.raw", given="\n".join(map(json.dumps, posts)).encode())
    assert fed.status == 0, fed.err
    (event,) = [one for one in events_of(up.shell, "e2e-image") if one["entity"] and one["entity"]["ticker"] == "BA"]
    assert [mention["field"] for mention in event["mentions"]] == ["media"]
    assert event["media"][0]["text"] == "Boeing halts deliveries of its jets"
    (letter,) = wait_for(up.shell, "dead.letters", lambda letter: letter["error_kind"] == "unsupported_media")
    assert letter["field"] == "media.0"


def test_a_letter_that_is_not_there_is_one_line(up: Up) -> None:
    done = up.shell.here("dlq", "requeue", "news.raw/0/999999")
    assert done.status == 1
    assert "there is no dead letter news.raw/0/999999" in done.err


def test_a_topic_that_is_not_there_is_one_line(up: Up) -> None:
    done = up.shell.here("tail", "no.such.topic")
    assert (done.status, len(done.err.splitlines())) == (1, 1)


def test_a_table_becomes_documents_by_its_column_map(up: Up) -> None:
    (up.shell.folder / "posts.csv").write_text(
        f"id;text;when;user;likes\ne2e-table;Nvidia soars;{TIME};ann;7\n", encoding="utf-8"
    )
    columns = "body=text,published_at=when,author.handle=user,engagement.likes=likes"
    fed = up.shell.here("feed", "posts.csv", "--topic", "social.raw", "--map", columns)
    assert "published 1 documents to social.raw" in fed.out
    table = up.shell.here("tail", "social.raw", "--to-end")
    assert "Nvidia soars" in table.out
    (event,) = events_of(up.shell, "e2e-table")
    assert (event["source_kind"], event["entity"]["ticker"]) == ("social", "NVDA")


def test_parquet_and_compressed_lines_go_together(up: Up) -> None:
    table = pa.table({"id": ["e2e-parquet"], "title": ["Intel cuts its outlook"], "published_at": [TIME]})
    pq.write_table(table, up.shell.folder / "a.parquet")
    done = up.shell.here("feed", "a.parquet", "--json")
    assert done.lines[0]["documents"] == 1
    assert [event["entity"]["ticker"] for event in events_of(up.shell, "e2e-parquet")] == ["INTC"]


def test_a_column_that_is_missing_publishes_nothing(up: Up) -> None:
    (up.shell.folder / "bad.csv").write_text(f"headline,published_at\nA,{TIME}\n", encoding="utf-8")
    done = up.shell.run("feed", "bad.csv")
    assert (done.status, done.out) == (1, "")
    assert "say which one by --map title=COLUMN" in done.err


def test_tail_stops_after_its_limit_and_shows_a_table(up: Up) -> None:
    events_of(up.shell, "e2e-good")
    done = up.shell.run("tail", "sentiment.events", "--from-start", "--limit", "2")
    assert done.status == 0
    heading, *rows = done.out.splitlines()
    assert heading.split() == ["published", "entity", "polarity", "new", "topic", "words"]
    assert len(rows) == 2


@pytest.mark.parametrize("page", ["README.md", "docs/events.md"])
def test_the_consumer_of_the_documentation_prints_events(page: str, up: Up) -> None:
    bad_news = {"id": "e2e-bad-news", "title": "Boeing shares plunge after huge loss", "published_at": TIME}
    up.shell.here("feed", "-", given=json.dumps(bad_news).encode())
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    # Both pages have one group, and a member that was killed holds it for 45 s.
    code, place = code.replace('"desk"', f'"{Path(page).stem}"'), {"STREAM_APP_KAFKA_BROKERS": up.ready["kafka"]}
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | place
    ) as consumer:
        assert consumer.stdout is not None
        watchdog = threading.Timer(WAIT_SECONDS, consumer.kill)
        watchdog.start()
        printed = next((line for line in consumer.stdout if "Boeing" in line), None)
        watchdog.cancel()
        consumer.kill()
    assert printed is not None
    assert -1 <= float(printed.split()[-1]) <= 1


def test_kg_and_doctor_look_at_the_same_servers(up: Up) -> None:
    shown = up.shell.run("kg", "show", "AAPL", "--json")
    assert shown.lines[0]["entity"]["ticker"] == "AAPL"
    assert up.shell.run("doctor", "--json").status == 0


@pytest.mark.timeout(240)
def test_a_document_becomes_an_alert_with_its_reason(up: Up) -> None:
    name = "boeing-falls"
    done = up.shell.run("subscribe", "add", name, "--ticker", "BA", "--direction", "adverse", "--kind", "sentiment")
    assert done.status == 0, done.err
    deadline = time.monotonic() + 150
    alerts: list[dict[str, object]] = []
    for number in range(59):
        document = {
            "id": f"alert-{number}",
            "title": BOEING_FALLS[number % 3],
            "published_at": f"2026-03-02T08:{number:02}:00Z",
        }
        (up.shell.folder / "alert.jsonl").write_text(json.dumps(document))
        assert up.shell.here("feed", "alert.jsonl").status == 0
        tail = up.shell.here("tail", f"alerts.{name}", "--to-end", "--json")
        if tail.status == 0 and (alerts := tail.lines):
            break
        assert time.monotonic() < deadline, tail.err
    assert {alert["subscription"] for alert in alerts} == {name}
    assert str(alerts[0]["reason"]).startswith("Boeing")
    assert "its ticker is BA and its polarity of -" in str(alerts[0]["reason"])
    while name not in up.shell.here("tail", "alerts", "--to-end").out:  # each topic is written at its own pace
        assert time.monotonic() < deadline
    assert up.shell.here("subscribe", "remove", name).status == 0
