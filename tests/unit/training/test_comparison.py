"""Runs side by side: their table, the curve of their labels, and the card that names every stage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stream_app.adapters.learning_plots import plot_curves
from stream_app.errors import DataError
from stream_app.training.card import model_card
from stream_app.training.comparison import Compared, curves, is_finished, read_compared, to_markdown, write_compared
from stream_app.training.config import PretrainConfig, TrainConfig, TuningConfig
from stream_app.training.corpus import Corpus, SourceFile
from stream_app.training.cost import Cost, write_cost
from stream_app.training.evaluation import HeadScore
from stream_app.training.pretrain import PretrainRecord
from stream_app.training.run import RunRecord, write_metrics, write_record
from stream_app.training.source_file import source_file
from stream_app.training.temperature import Temperature
from stream_app.training.unlabelled import TWEETS
from tests.unit.training.test_export import DONE

COST = Cost(trainable=1234, of=99_999, processor_seconds=12.4, peak_megabytes=801.2)
TWEET_FILE = SourceFile(TWEETS.as_posix(), "0" * 64, 12)
STAGE = PretrainRecord(config=PretrainConfig(text_share=0.25), texts=7, files=(TWEET_FILE,), graph=None, seconds=1.0)


def scored(accuracy: float) -> dict[str, HeadScore]:
    return {head: HeadScore(100, accuracy, accuracy, 0.0) for head in ("document", "mention", "topic")}


def compared(share: float, accuracy: float, *, pretrained: bool = False) -> Compared:
    return Compared("run", TrainConfig(label_share=share), pretrained, COST, scored(accuracy))


def test_finished_run_is_read_with_its_cost_and_scores(tmp_path: Path) -> None:
    config = TrainConfig(label_share=0.05, tuning=TuningConfig(method="lora"))
    with pytest.raises(DataError, match="no finished run"):
        read_compared(tmp_path)
    texts = tmp_path / "texts.jsonl"
    texts.write_text("one")
    files = (source_file(tmp_path, Path(texts.name)),)
    write_record(tmp_path, RunRecord(config=config, topics=(), files=files, graph=None, pretrained=STAGE))
    assert not is_finished(tmp_path, config, tmp_path)
    write_cost(tmp_path, COST)
    write_metrics(tmp_path, scored(0.5))
    assert is_finished(tmp_path, config, tmp_path)
    assert not is_finished(tmp_path, TrainConfig(), tmp_path)
    assert not is_finished(tmp_path, config, tmp_path / "elsewhere")
    texts.write_text("one and another")
    assert not is_finished(tmp_path, config, tmp_path), "its figures are of other texts"
    one = read_compared(tmp_path)
    assert (one.pretrained, one.cost, one.scores) == (True, COST, scored(0.5))
    write_compared([one], tmp_path)
    row = (tmp_path / "compare.md").read_text().splitlines()[-1]
    assert row.split(" | ")[1:7] == ["lora", "after the self-supervised stage", "5", "1,234", "12", "801"]


def test_curve_joins_the_shares_of_one_way_of_training_in_order() -> None:
    found = [compared(0.1, 0.7), compared(0.01, 0.5), compared(0.1, 0.8, pretrained=True)]
    drawn = curves(found)["topic"]
    assert drawn == {
        "full, without the self-supervised stage": [(0.01, 0.5), (0.1, 0.7)],
        "full, after the self-supervised stage": [(0.1, 0.8)],
    }
    assert len(to_markdown(found).splitlines()) == 2 + len(found)


def test_same_curves_give_the_same_file(tmp_path: Path) -> None:
    drawn = curves([compared(0.1, 0.7), compared(0.01, 0.5)])
    one, other = (plot_curves(drawn, tmp_path / name) for name in ("one", "other"))
    assert [file.name for file in one] == ["learning.svg"]
    assert one[0].read_bytes() == other[0].read_bytes()


def test_card_names_the_self_supervised_stage_and_its_files(corpus: Corpus) -> None:
    first = RunRecord(config=TrainConfig(), topics=(), files=corpus.files, graph=None, pretrained=STAGE)
    last = RunRecord(config=TrainConfig(pairs=10), topics=(), files=corpus.files, graph=None, start=first)
    done = replace(DONE, temperatures={"mention": Temperature(1.0, 0.5)})
    card = model_card(done, corpus=corpus, record=last)
    assert card.index("self-supervised, 7 texts") < card.index("'pairs': 10")
    assert TWEETS.as_posix() in card
    plain = model_card(done, corpus=corpus, record=first.model_copy(update={"pretrained": None}))
    assert "self-supervised" not in plain
    assert TWEETS.as_posix() not in plain
