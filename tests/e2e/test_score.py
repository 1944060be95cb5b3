"""`stream-app score`: one line out for each line in, with the keys that programs rely on, and no server."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from stream_app.events.verdict import EntityVerdict
from tests.e2e.conftest import Done, Shell
from tests.pictures import picture

KEYS = ["document_sentiment", "topic", "causal", "entities", "risks"]
TITLE = "Apple sues Samsung after record profit, while the Fruit Stand waits"


def span(text: str) -> dict[str, int]:
    return {"start": TITLE.index(text), "end": TITLE.index(text) + len(text)}


LINES = [
    {"title": TITLE},
    {"title": TITLE, "mentions": [span("Fruit Stand"), span("Apple")]},
    {"body": "Boeing shares slump", "published_at": "2024-05-02T13:30:00Z", "source": "wire"},
    {"text": "Nothing to see here"},
    {"title": "苹果公司股价大涨"},
    {"published_at": "2024-05-02T13:30:00Z"},
    {"title": "任天堂の株価が急落した"},
]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """All lines scored once, with one between them that is not JSON."""
    folder = tmp_path_factory.mktemp("score")
    lines = [json.dumps(line, ensure_ascii=False) for line in LINES]
    lines.insert(3, "{broken")
    (folder / "documents.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Shell(folder).run("score", "--input", "documents.jsonl", "--json")


@pytest.fixture(scope="module")
def verdicts(done: Done) -> list[Any]:
    """What was said of `LINES`, without the line that is not JSON."""
    return [line for number, line in enumerate(done.lines) if number != 3]


def test_there_is_one_line_out_for_each_line_in(done: Done) -> None:
    assert (done.status, len(done.lines)) == (0, len(LINES) + 1)
    assert done.err.splitlines() == ["2 lines could not be scored: see their error"]


def test_a_line_that_is_no_document_gives_its_error_in_its_place(done: Done) -> None:
    assert [list(line) for line in (done.lines[3], done.lines[6])] == [["error"], ["error"]]
    assert done.lines[3]["error"]["kind"] == "not_json"
    assert (done.lines[6]["error"]["kind"], done.lines[6]["error"]["field"]) == ("no_text", "body")


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_scored_line_has_exactly_the_keys_of_the_contract(number: int, verdicts: list[Any]) -> None:
    line = verdicts[number]
    assert list(line) == KEYS
    assert list(line["document_sentiment"]) == ["label", "probabilities"]
    assert sum(line["document_sentiment"]["probabilities"].values()) == pytest.approx(1)
    assert list(line["topic"]) == ["label", "probability"]
    assert list(line["causal"]) == ["probability", "relations"]
    assert 0 <= line["causal"]["probability"] <= 1
    probabilities = [risk["probability"] for risk in line["risks"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(risk["paths"] and risk["explanation"] for risk in line["risks"])
    assert all(list(one) == ["cause", "effect", "field"] for one in line["causal"]["relations"])
    assert all(one.keys() == EntityVerdict.model_fields.keys() for one in line["entities"])


def test_causes_and_effects_are_stretches_of_the_text(verdicts: list[Any]) -> None:
    (relation,) = verdicts[0]["causal"]["relations"]
    told = [TITLE[slice(*relation[side])] for side in ("cause", "effect")]
    assert (told, relation["field"]) == (["record profit", "Apple sues Samsung"], "title")
    assert verdicts[3]["causal"]["relations"] == []


def test_each_entity_has_what_is_stated_of_it_in_chinese_too(verdicts: list[Any]) -> None:
    assert [one["shock"]["move"] < 0 for one in verdicts[0]["entities"]] == [False, True]
    assert [one["shock"]["move"] > 0 for one in verdicts[4]["entities"]] == [True]


def test_entities_are_those_of_the_text_in_its_order(verdicts: list[Any]) -> None:
    names = [one["entity"]["name"] for one in verdicts[0]["entities"]]
    assert [name.split()[0] for name in names] == ["Apple", "Samsung"]
    assert verdicts[3]["entities"] == []


def test_given_spans_alone_are_scored_in_their_order(verdicts: list[Any]) -> None:
    fruit_stand, apple = verdicts[1]["entities"]
    assert (fruit_stand["entity"], fruit_stand["mentions"][0]["text"]) == (None, "Fruit Stand")
    assert (apple["entity"]["ticker"], apple["mentions"][0]["text"]) == ("AAPL", "Apple")
    assert fruit_stand["polarity"] is not None


def test_a_line_scores_the_same_with_and_without_neighbours(verdicts: list[Any], shell: Shell) -> None:
    alone = shell.here("score", "--input", "-", "--json", given=json.dumps(LINES[0]).encode())
    (line,) = alone.lines
    assert _without_times(line) == _without_times(verdicts[0])


def _without_times(line: Any) -> Any:
    """Return the line with what its risks say but when: a text without a time is taken to be of now."""
    told = [(risk["exposed"], risk["probability"], risk["paths"], risk["explanation"]) for risk in line["risks"]]
    return line | {"risks": told}


def test_a_language_that_the_model_does_not_read_is_not_guessed(verdicts: list[Any]) -> None:
    line = verdicts[6]
    assert (line["document_sentiment"], line["topic"]) == (None, None)
    assert "ja" in line["unscored"]
    assert all(one["polarity"] is None and one["unscored"] for one in line["entities"])


def test_chinese_is_read_by_its_own_network_of_the_same_version(verdicts: list[Any]) -> None:
    line = verdicts[4]
    assert line["document_sentiment"]["label"] == "positive"
    (apple,) = line["entities"]
    assert apple["entity"]["name"] == "Apple Inc."
    assert apple["polarity"] > 0
    assert {word["text"] for word in apple["evidence"]} & {"大涨", "涨"}
    assert "unscored" not in line


def test_a_text_is_explained_to_a_person(shell: Shell) -> None:
    done = shell.run("score", TITLE)
    assert done.status == 0
    assert all(part in done.out for part in (TITLE, "topic", "Apple Inc. AAPL", "Samsung", "│", " · "))


def test_a_file_is_a_table_for_a_person(shell: Shell) -> None:
    (shell.folder / "documents.jsonl.gz").write_bytes(gzip.compress(json.dumps(LINES[0]).encode()))
    done = shell.here("score", "--input", "documents.jsonl.gz")
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()] == ["line", "1"]


def test_a_text_without_words_is_refused(shell: Shell) -> None:
    done = shell.here("score", "  ", "--json")
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1


def test_an_image_is_scored_as_the_field_media(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr_onnxruntime")
    (tmp_path / "post.png").write_bytes(picture("Boeing halts deliveries", "of its jets"))
    done = Shell(tmp_path).run("score", "Look", "--image", "post.png", "--json")
    assert done.status == 0, done.err
    (line,) = done.lines
    assert list(line) == [*KEYS, "media"]
    assert line["media"][0]["text"] == "Boeing halts deliveries of its jets"
    assert [one["mentions"][0]["field"] for one in line["entities"]] == ["media"]
