"""From texts that the model is unsure of, by labels on the topic `feedback`, to a model that has learnt them."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from stream_app.adapters.kafka import KafkaEventLog
from stream_app.cli.model import app
from stream_app.embedded.server import RunningServer
from stream_app.events.correction import Correction
from stream_app.events.ids import sentiment_event_id
from stream_app.events.span import Span
from stream_app.events.topics import FEEDBACK, NEWS, SENTIMENT, SOCIAL
from stream_app.pipeline.ports import Message
from stream_app.pipeline.tensors import EMBEDDING_SIZE
from stream_app.training.run import load_record
from tests.factories import START, raw_document, sentiment_event
from tests.training_sets import write_encoder, write_sets

_STORIES = (
    "Apple raises its outlook after strong demand while Boeing slumps",
    "Apple raises its outlook after strong demand while Boeing slumps - wire",
    "Tesla says that deliveries may differ from what was guided",
    "Shares of Nvidia are little changed in thin trade before the holiday",
    "Der Vorstand der Deutschen Bank hat am Montag die Zahlen für das Jahr vorgelegt und ist zufrieden",
)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with sets, an encoder and a finished run."""
    folder = tmp_path_factory.mktemp("start")
    (folder / "data").mkdir()
    data, encoder = write_sets(folder / "data", count=200), write_encoder(folder / "encoder", EMBEDDING_SIZE)
    (folder / "recipe.toml").write_text("batch_rows = 16\nencoder_rate = 1e-3\nrename = 0.0\nreports = 0\n")
    call = ["train", "--data", data, "--encoder", encoder, "--epochs", "3", "--recipe", folder / "recipe.toml"]
    _called(CliRunner(), *call, "--out", folder / "run")
    return folder


def _called(runner: CliRunner, *args: str | Path) -> str:
    result = runner.invoke(app, list(map(str, args)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest_asyncio.fixture
async def topics(embedded_broker: RunningServer, namespace: str) -> dict[str, str]:
    """Twenty posts, an event of each, and a person's label for each; return the settings that lead to them."""
    posts = [raw_document(id=f"post-{row}", title=f"$ACME misses {row} at the beta") for row in range(20)]
    spoken = [
        sentiment_event(
            row,
            event_id=sentiment_event_id(f"post-{row}", "company:acme", "model-test"),
            document_id=f"post-{row}",
            mentions=(Span(text="$ACME", start=0, end=5, field="title"),),
        )
        for row in range(20)
    ]
    labels = [Correction(event_id=one.event_id, label="positive", corrected_at=START) for one in spoken]
    log = KafkaEventLog({"bootstrap_servers": embedded_broker.address}, prefix=namespace)
    await log.send(
        [Message(SOCIAL.name, b"", orjson.dumps(one)) for one in posts]
        + [Message(NEWS.name, b"", orjson.dumps(raw_document()))]
        + [Message(SENTIMENT.name, b"", one.model_dump_json().encode()) for one in spoken]
        + [Message(FEEDBACK.name, one.event_id.encode(), one.model_dump_json().encode()) for one in labels]
    )
    await log.stop()
    return {"STREAM_APP_KAFKA_BROKERS": embedded_broker.address, "STREAM_APP_TOPIC_PREFIX": namespace}


@pytest.mark.timeout(900)
def test_labels_on_the_topic_are_learnt_by_a_run_that_goes_on(
    tmp_path: Path, start: Path, topics: dict[str, str]
) -> None:
    out = tmp_path / "next"
    (tmp_path / "gentle.toml").write_text(_recipe(head_rate="2e-4"))
    given = ["--continue", start / "run", "--from-topic", "--data", start / "data", "--encoder", start / "encoder"]
    shown = _called(CliRunner(env=topics), "train", *given, "--recipe", tmp_path / "gentle.toml", "--out", out)
    assert "corrected labels that the model says" in " ".join(shown.split())
    assert load_record(out).rehearsal == 0.8
    assert load_record(out).start == load_record(start / "run")


def _recipe(head_rate: str) -> str:
    return (
        'learn = ["document_head", "mention_head"]\nepochs = 2\nbatch_rows = 16\ntopic_share = 1.0\nrename = 0.0\n'
        f"join = 0.0\nreports = 0\ndrop_kg = 0.0\ndrop_context = 0.0\nhead_rate = {head_rate}\n"
    )


@pytest.mark.timeout(900)
def test_chosen_texts_come_back_as_labels_by_files_alone(tmp_path: Path, start: Path) -> None:
    texts, chosen, labels = (tmp_path / f"{name}.jsonl" for name in ("texts", "chosen", "labels"))
    rows = [raw_document(id=f"n{at}", title=title) for at, title in enumerate(_STORIES)]
    texts.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    _called(CliRunner(), "select", texts, "--count", "3", "--head", "mention", "--out", chosen)
    lines = [orjson.loads(line) for line in chosen.read_bytes().splitlines()]
    assert sorted(line["document_id"] for line in lines) == ["n0", "n2", "n3"]
    assert [line["why"]["rank"] for line in lines] == [1, 2, 3]
    events = [one["event_id"] for line in lines for one in line["scores"]["entities"]]
    marked = [Correction(event_id=one, label="neutral", corrected_at=START).model_dump_json() for one in events]
    labels.write_text("\n".join(marked))
    (tmp_path / "gentle.toml").write_text(_recipe(head_rate="1e-5"))
    given = ["--continue", start / "run", "--corrections", labels, "--selected", chosen, "--data", start / "data"]
    options = ["--encoder", start / "encoder", "--recipe", tmp_path / "gentle.toml", "--out", tmp_path / "next"]
    shown = _called(CliRunner(), "train", *given, *options)
    assert f"of {len(events)} before" in " ".join(shown.split())
