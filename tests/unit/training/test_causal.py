"""The heads on cause and effect: labels fall on the right tokens, padding changes nothing, and they learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from stream_app.errors import DataError
from stream_app.pipeline.tensors import TAGS
from stream_app.training.causal_evaluation import judge_causal
from stream_app.training.causal_examples import FINCAUSAL_SPANS, NO_TAG, CausalExample, load_causal, tags_of
from stream_app.training.causal_fit import loss_of, read_rows
from stream_app.training.causal_heads import CausalHeads
from stream_app.training.causal_run import learn_causes
from stream_app.training.causal_texts import texts_of
from stream_app.training.config import CausalConfig, TrainConfig
from stream_app.training.corpus import Corpus, load_corpus
from stream_app.training.encoder import load_tokenizer
from stream_app.training.lessons import CAUSES
from stream_app.training.run import Sources, load_network, load_record, train
from tests.training_sets import write_causal_sets


@pytest.fixture(scope="module")
def causal_folder(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Path:
    return write_causal_sets(data_folder, tmp_path_factory.mktemp("causal"))


@pytest.fixture(scope="module")
def causal_corpus(causal_folder: Path, encoder_folder: Path) -> Corpus:
    return load_corpus(causal_folder, load_tokenizer(encoder_folder), None)


def test_tags_cover_the_spans_and_leave_special_tokens_out() -> None:
    example = CausalExample(FINCAUSAL_SPANS, "fire halts output", relations=(((0, 4), (5, 17)),))
    spans = np.array([(0, 0), (0, 4), (5, 10), (11, 17), (0, 0)], dtype=np.int32)
    names = [TAGS[tag] if tag != NO_TAG else "" for tag in tags_of(example, spans)]
    assert names == ["", "B-CAUSE", "B-EFFECT", "I-EFFECT", ""]


def test_padding_changes_nothing() -> None:
    torch.manual_seed(1)
    heads = CausalHeads(16).eval()
    vectors, mask = torch.randn(1, 5, 16), torch.ones(1, 5)
    longer, wide = torch.cat((vectors, torch.randn(1, 3, 16)), dim=1), torch.cat((mask, torch.zeros(1, 3)), dim=1)
    (odds, tags), (same_odds, same_tags) = heads(vectors, mask), heads(longer, wide)
    assert torch.allclose(odds, same_odds, atol=1e-6)
    assert torch.allclose(tags, same_tags[:, :5], atol=1e-6)


def test_copies_of_a_text_stand_on_one_side_in_all_files(causal_folder: Path) -> None:
    sides: dict[str, set[bool]] = {}
    for example in load_causal(causal_folder):
        sides.setdefault(example.text, set()).add(example.is_dev)
    assert set(map(len, sides.values())) == {1}


def test_a_run_learns_causes_and_keeps_its_other_weights(
    tmp_path: Path, causal_folder: Path, causal_corpus: Corpus, encoder_folder: Path
) -> None:
    run, out, parts = tmp_path / "run", tmp_path / "out", set[str]()
    config = TrainConfig(epochs=1, batch_rows=16, reports=0)
    train(run, Sources(causal_folder, encoder_folder, None), config, report=lambda _: None)
    causal = CausalConfig(epochs=8, rate=0.01, plain_share=1.0)
    learn_causes(run, out, corpus=causal_corpus, config=causal, report=lambda part, *_: parts.add(part))
    assert parts == {"reading", "learning"}
    before, after = (load_network(one).state_dict() for one in (run, out))
    changed = {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"causal_heads"}
    assert load_record(out).causal == causal
    untaught, taught = (held_out_loss(one, causal_corpus) for one in (run, out))
    assert taught < untaught / 4


def held_out_loss(run: Path, corpus: Corpus) -> float:
    network = load_network(run)
    texts = texts_of(corpus.tokenizer, [(one, 1.0) for one in corpus.causal_dev])
    return loss_of(network.causal_heads.eval(), read_rows(network, texts, report=lambda *_: None)).item()


def test_causes_are_learnt_between_the_other_texts_and_the_encoder_learns_for_them(
    tmp_path: Path, causal_folder: Path, causal_corpus: Corpus, encoder_folder: Path
) -> None:
    sources, config = Sources(causal_folder, encoder_folder, None), TrainConfig(epochs=2, batch_rows=16, reports=0)
    encoders = []
    for causes in (0.0, 1.0):
        run = tmp_path / f"{causes}"
        train(run, sources, config.model_copy(update={"causes": causes, "head_rate": 5e-3}), report=lambda _: None)
        encoders.append(load_network(run).encoder.state_dict())
    assert held_out_loss(tmp_path / "1.0", causal_corpus) < held_out_loss(tmp_path / "0.0", causal_corpus) / 2
    assert any(not torch.equal(encoders[0][name], encoders[1][name]) for name in encoders[0])
    assert (load_record(tmp_path / "0.0").causal, load_record(tmp_path / "1.0").causal) == (None, CAUSES)


def test_data_without_causal_sets_teaches_none(tmp_path: Path, corpus: Corpus) -> None:
    with pytest.raises(DataError, match="no sets on cause and effect"):
        learn_causes(tmp_path, tmp_path / "out", corpus=corpus, config=CausalConfig(), report=lambda *_: None)


def test_corpus_without_causal_sets_is_judged_without_them(corpus: Corpus) -> None:
    assert judge_causal(lambda _: {}, corpus) == {}
