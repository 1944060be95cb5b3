"""The Chinese network learns what its sets say, goes on where it stopped, and answers as every network of the model."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import Tensor

from stream_app.errors import DataError
from stream_app.pipeline.tensors import CONTEXT_FEATURES, EMBEDDING_SIZE, KG_FEATURES, OUTPUTS, RISK_TYPES, TAGS
from stream_app.pipeline.tensors import TOPICS as NUMBER_OF_TOPICS
from stream_app.training.averaging import average
from stream_app.training.chinese import run as chinese_run
from stream_app.training.chinese.corpus import ChineseCorpus
from stream_app.training.chinese.export import scores_at
from stream_app.training.chinese.judging import JudgedSets, judge, negative_or_not
from stream_app.training.chinese.kinds import ALL_KINDS, KINDS, RISK_OF, TOPIC_OF_KIND, TOPIC_OF_RISK
from stream_app.training.chinese.run import load_network, load_record, train
from stream_app.training.chinese.served import HEADS, ServedChinese, uncalibrated
from stream_app.training.chinese.task import not_negative
from stream_app.training.config import TrainConfig
from stream_app.training.descent import Progress
from stream_app.training.encoder import load_tokenizer
from stream_app.training.evaluation import torch_infer
from stream_app.training.lessons import STATEMENTS
from stream_app.training.runs import AveragedRecord
from stream_app.training.temperature import Temperature
from tests.training_sets import write_chinese_encoder

CONFIG = TrainConfig(epochs=1, batch_rows=16, checkpoint_steps=3, topic_share=1.0)
_MEANT = sorted({*TOPIC_OF_KIND.values(), *TOPIC_OF_RISK.values()})
TOPICS = (*_MEANT, *(f"other_{number}" for number in range(NUMBER_OF_TOPICS - len(_MEANT))))
LENGTH = 6


class Interrupted(Exception):  # noqa: N818  (a state)
    """Stands for a crash or Ctrl-C."""


def quiet(_: Progress) -> None:
    """Hear nothing."""


def answers(run: Path, *, features: float = 0.0) -> dict[str, Tensor]:
    """Return what the run's network serves of two rows, with every feature of that size."""
    mask = torch.ones(2, LENGTH, dtype=torch.int32)
    mask[1, 4:] = 0
    spans = torch.tensor([[[1, 3], [3, 4]], [[1, 2], [0, 0]]], dtype=torch.int32)
    ids = torch.randint(4, 20, (2, LENGTH), generator=torch.Generator().manual_seed(1), dtype=torch.int32) * mask
    shapes = (2, 2, KG_FEATURES), (2, CONTEXT_FEATURES)
    served = ServedChinese(load_network(run), dict.fromkeys(HEADS, Temperature()), TOPICS).eval()
    with torch.inference_mode():
        told = served(ids, mask, spans, *(torch.full(shape, features) for shape in shapes))
    return {tensor.name: array for tensor, array in zip(served.told, told, strict=True)}


@pytest.fixture
def finished(run: Path, chinese_corpus: ChineseCorpus) -> Path:
    train(run, chinese_corpus, config=CONFIG, report=quiet)
    return run


def test_a_run_that_was_interrupted_ends_in_the_same_weights(
    run: Path, chinese_corpus: ChineseCorpus, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(run, tmp_path / "other"))
    train(run, chinese_corpus, config=CONFIG, report=quiet)

    def stop(now: Progress) -> None:
        if now.step == 5:
            raise Interrupted

    with pytest.raises(Interrupted):
        train(other, chinese_corpus, config=CONFIG, report=stop)
    train(other, chinese_corpus, config=CONFIG, report=quiet)
    whole, resumed = (load_file(folder / "network.safetensors") for folder in (run, other))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_a_run_goes_on_from_another_and_learns_what_texts_state(
    finished: Path, chinese_corpus: ChineseCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        f'{{"text": "[[甲公司|company|{stated}]]{verb}"}}'
        for stated, verb in (("stated_down", "跌"), ("nothing", "说"))
    ]
    (tmp_path / "stated_moves.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(chinese_run, "CHINESE_DATA", tmp_path)
    config, out = CONFIG.model_copy(update={"stated": 4}), tmp_path / "further"
    train(out, chinese_corpus, config=config, report=quiet, start=finished)
    assert "mention_statements" in answers(out)
    record = load_record(out)
    assert record.statements == STATEMENTS
    assert record.start == load_record(finished)
    began, ended = (load_file(folder / "network.safetensors") for folder in (finished, out))
    assert not torch.equal(began["document_head.1.weight"], ended["document_head.1.weight"])

    average(finished, finished, tmp_path / "mean", share=0.5, runs=chinese_run)
    assert load_record(tmp_path / "mean").averaged == AveragedRecord(run="run", share=0.5)
    with pytest.raises(DataError, match="different networks"):
        average(finished, out, tmp_path / "none", share=0.5, runs=chinese_run)


def test_what_is_learnt_is_known_of_texts_that_were_held_out(chinese_corpus: ChineseCorpus, tmp_path: Path) -> None:
    run = write_chinese_encoder(tmp_path / "run", EMBEDDING_SIZE)
    config = CONFIG.model_copy(update={"epochs": 4, "head_rate": 2e-3, "encoder_rate": 1e-3})
    train(run, chinese_corpus, config=config, report=quiet)
    infer = torch_infer(uncalibrated(load_network(run), TOPICS))
    scores = scores_at(judge(infer, chinese_corpus.dev, load_tokenizer(run), topics=TOPICS), {})
    assert scores["document"].accuracy > 0.7
    assert scores["mention"].accuracy > 0.7


def test_every_tensor_of_the_table_is_told(finished: Path) -> None:
    told = answers(finished)
    assert {tensor.name for tensor in OUTPUTS} - set(told) == {"mention_statements"}
    for name in ("document", "mention", "topic", "risk"):
        torch.testing.assert_close(
            told[f"{name}_probabilities"].sum(-1), torch.ones(told[f"{name}_probabilities"].shape[:-1])
        )
    assert told["topic_probabilities"].shape == (2, len(TOPICS))
    assert told["risk_probabilities"].shape == (2, len(RISK_TYPES))


def test_no_cause_is_found_where_none_was_taught(finished: Path) -> None:
    told = answers(finished)
    assert (told["causal_probability"] == 0).all()
    assert (told["tag_probabilities"][..., TAGS.index("O")] == 1).all()


def test_features_that_no_set_tells_change_nothing(finished: Path) -> None:
    without, with_features = answers(finished), answers(finished, features=3.0)
    for name, array in without.items():
        assert torch.equal(array, with_features[name]), name


def test_every_kind_and_risk_amounts_to_a_topic() -> None:
    assert {*TOPIC_OF_KIND} == {*ALL_KINDS}
    assert {*TOPIC_OF_RISK} == {*RISK_TYPES} - {"none"}
    assert set(RISK_OF.values()) == set(RISK_TYPES)
    assert set(KINDS.values()) < set(ALL_KINDS)


@given(st.lists(st.floats(-8, 8), min_size=3, max_size=3))
def test_the_loss_of_not_negative_is_the_surprise_at_the_other_labels(logits: list[float]) -> None:
    scores = torch.tensor([[logits, logits]], dtype=torch.float64)
    truths = torch.tensor([[0.0, float("nan")]])
    expected = -torch.log1p(-torch.softmax(scores[0, 0], -1)[0])
    torch.testing.assert_close(not_negative(scores, truths), expected, rtol=1e-3, atol=1e-6)


def test_the_question_of_harm_merges_the_other_labels() -> None:
    asked = JudgedSets(
        np.array([[0.4, 0.35, 0.25], [0.6, 0.3, 0.1]]),
        np.array([[False, True, True], [True, False, False]]),
        np.array([0, 1]),
    )
    merged = negative_or_not(asked)
    np.testing.assert_allclose(merged.probabilities, [[0.4, 0.6], [0.6, 0.4]])
    assert merged.right.tolist() == [[False, True], [True, False]]
    assert (merged.judged().probabilities.argmax(-1) == merged.judged().labels).all()
