"""Topics look as tables that a person can read, whatever they hold."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from stream_app.cli.output import Column, ScrollingTable, polarity_bar
from stream_app.cli.tables import cells_of, view_of
from stream_app.cli.verdicts import words
from stream_app.events.examples import example
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import DEAD_LETTERS, ROLLUPS, SENTIMENT, TOPICS, Topic
from stream_app.pipeline.records import Record

WIDTH = 120
each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


def record(topic: str, value: bytes | None) -> Record:
    return Record(topic, 0, 7, key=b"k\xff", value=value, received_at=datetime(2024, 5, 2, 13, 30, tzinfo=UTC))


def printed(topic: str, *values: bytes | None) -> list[str]:
    out = Console(file=io.StringIO(), width=WIDTH, force_terminal=False)
    view = view_of(topic)
    table = ScrollingTable(out, view.columns)
    for value in values:
        table.add(*cells_of(record(topic, value), view))
    return out.file.getvalue().splitlines()  # type: ignore[attr-defined]


@each_topic
def test_each_record_is_one_line_under_one_heading(topic: Topic) -> None:
    value = example(topic).model_dump_json().encode()
    lines = printed(topic.name, value, value)
    assert len(lines) == 3
    assert lines[1] == lines[2]


@each_topic
@pytest.mark.parametrize("value", [None, b"", b"{}", b"\xff[red]", b"[1]", "苹果".encode() * 200])
def test_a_value_of_another_shape_is_shown_as_it_is(topic: Topic, value: bytes | None) -> None:
    lines = printed(topic.name, value)
    assert len(lines) == 2
    assert "2024-05-02 13:30:00" in lines[1]


def test_an_event_shows_who_how_and_why() -> None:
    line = printed(SENTIMENT.name, example(SENTIMENT).model_dump_json().encode())[1]
    assert all(part in line for part in ("2024-05-02 13:30:00", "Apple Inc. AAPL", "-0.89", "1.00", "cuts"))


def test_a_rollup_shows_who_how_much_and_which_way() -> None:
    line = printed(ROLLUPS.name, example(ROLLUPS).model_dump_json().encode())[1]
    assert all(part in line for part in ("2024-05-02 13:00:00", "1h", "Apple Inc.", "12", "-0.58", "-0.37", "2.4"))


def test_an_event_without_an_entity_or_scores_says_so() -> None:
    event = example(SENTIMENT).model_copy(
        update={"entity": None, "polarity": None, "unscored": "language zh", "topic": None}
    )
    line = printed(SENTIMENT.name, event.model_dump_json().encode())[1]
    assert "no known entity" in line
    assert "language zh" in line


def test_the_words_that_moved_most_come_first() -> None:
    event = SentimentEvent.model_validate(
        example(SENTIMENT).model_dump()
        | {
            "evidence": [
                {"text": text, "start": 0, "end": 1, "field": "title", "weight": weight}
                for text, weight in [("weak", 0.1), ("strong", -0.9), ("good", 0.5), ("none", 0.0)]
            ]
        }
    )
    assert words(event.evidence).plain == "strong · good · weak · none"


def test_a_dead_letter_shows_the_id_that_other_commands_take() -> None:
    assert "news.raw/2/4711" in printed(DEAD_LETTERS.name, example(DEAD_LETTERS).model_dump_json().encode())[1]


@given(st.floats(-1, 1) | st.none())
def test_a_bar_is_always_as_wide_and_points_to_its_side(polarity: float | None) -> None:
    bar = polarity_bar(polarity).plain
    assert len(bar) == len(polarity_bar(1.0).plain)
    left, _, right = bar.partition("│")
    assert not (polarity and polarity > 0 and "█" in left)
    assert not (polarity and polarity < 0 and "█" in right)


def test_markup_in_a_text_is_not_obeyed() -> None:
    out = Console(file=io.StringIO(), width=40)
    ScrollingTable(out, [Column("a")]).add("[bold]x[/bold]")
    assert "[bold]x[/bold]" in out.file.getvalue()  # type: ignore[attr-defined]
