"""What a replay's own subscriptions are."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream_app.cli.replay_namespace import left_behind, subscriptions_for
from stream_app.errors import DataError
from stream_app.settings import Settings
from tests.unit.replay.runs import begun

GOOD = '{"name": "apple", "match": {"tickers": ["AAPL"]}}'


def test_subscriptions_of_a_file_are_known_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "wishes.jsonl"
    path.write_text(f"{GOOD}\n\n")
    assert subscriptions_for(Settings(), str(path)) == {"apple": GOOD}


def test_a_line_that_is_none_is_told_with_its_number_and_field(tmp_path: Path) -> None:
    path = tmp_path / "wishes.jsonl"
    path.write_text(f'{GOOD}\n{{"name": "b", "match": {{"tickers": ["A"]}}, "digest": {{"seconds": 5}}}}\n')
    with pytest.raises(DataError, match=r"line 2 of .*wishes\.jsonl is no subscription \(digest: "):
        subscriptions_for(Settings(), str(path))


def test_topics_on_a_kafka_that_is_not_configured_are_told_when_their_run_is_dropped(tmp_path: Path) -> None:
    run = begun(tmp_path, "one").run()
    assert left_behind(Settings(), run) is None
    elsewhere = run.model_copy(update={"kafka_brokers": "kafka:9092"})
    assert left_behind(Settings(kafka_brokers="kafka:9092"), elsewhere) is None
    assert "replay.one.*" in (left_behind(Settings(), elsewhere) or "")
