"""The head on what texts state of names: labels are read as marked, it learns, and what is beside changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
import torch

from stream_app.events.entity import EntityKind
from stream_app.pipeline.features import KIND_FEATURES, kind_features
from stream_app.pipeline.tensors import KG_FEATURES, MAY_LACK, OUTPUTS, SEQUENCE, STATEMENTS
from stream_app.training import lessons
from stream_app.training import run as runs
from stream_app.training.config import StatementConfig, TrainConfig
from stream_app.training.corpus import Corpus
from stream_app.training.evaluation import Arrays, Infer, torch_infer
from stream_app.training.head_fit import padded_ids
from stream_app.training.lessons import STATEMENTS as STATEMENT_LESSON
from stream_app.training.network import FusionNetwork
from stream_app.training.run import Sources, load_network, load_record, train
from stream_app.training.served import uncalibrated
from stream_app.training.split import text_key
from stream_app.training.stated_texts import (
    StatedName,
    StatedText,
    read_stated,
    rows_of,
    stated_files,
    stated_texts,
)
from stream_app.training.statement_evaluation import judge_statements
from stream_app.training.statement_fit import loss_of
from stream_app.training.statement_head import StatementHead
from stream_app.training.statement_run import learn_statements

_WORDS = {"falls": "stated_down", "beats": "stated_up", "misses": "hypothetical_down", "at": "denied_down"}


def made_texts() -> list[StatedText]:
    """Return texts in which one word tells what is stated of the first name, and nothing is of the second."""
    texts = []
    for word, statement in tuple(_WORDS.items()) * 12:
        text = f"Acme {word} the shares, says Beta"
        names = (
            StatedName(0, 4, EntityKind.COMPANY, STATEMENTS.index(statement)),
            StatedName(text.index("Beta"), len(text), EntityKind.COMPANY, STATEMENTS.index("nothing")),
        )
        texts.append(StatedText(text, names))
    return texts


def infer_of(network: FusionNetwork) -> Infer:
    """Return the network as a runtime; what it says beside statements is as wide as a served one's, and zeros."""
    told = torch_infer(uncalibrated(network))

    def infer(inputs: Arrays) -> Arrays:
        rows, tokens = inputs["input_ids"].shape
        sizes = {one.name: (rows, *(tokens if n == SEQUENCE else n for n in one.shape)) for one in OUTPUTS}
        zeros = {name: np.zeros(size, np.float32) for name, size in sizes.items() if name not in MAY_LACK}
        said = told(inputs)
        return zeros | {name: said[name] for name in said if name == "mention_statements"}

    return infer


def test_marks_become_names_with_their_kinds_and_statements(tmp_path: Path) -> None:
    path = tmp_path / "stated_plants.jsonl"
    path.write_bytes(
        orjson.dumps({"text": "[[Acme|company|ended_up]] restarts; [[copper|commodity|stated_down]] slips"})
    )
    (one,) = read_stated(path)
    assert one.text == "Acme restarts; copper slips"
    found = [(one.text[name.start : name.end], name.kind, STATEMENTS[name.label]) for name in one.names]
    assert found == [("Acme", EntityKind.COMPANY, "ended_up"), ("copper", EntityKind.COMMODITY, "stated_down")]


@pytest.mark.parametrize("mark", ["[[Acme|company|down]]", "[[Acme|firm|stated_down]]"])
def test_a_statement_or_kind_that_there_is_not_is_refused(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "stated_plants.jsonl"
    path.write_bytes(orjson.dumps({"text": f"{mark} halts output"}))
    with pytest.raises(ValueError, match=r"not in tuple|is not a valid EntityKind"):
        list(read_stated(path))


@pytest.mark.parametrize("path", stated_files(), ids=lambda path: path.stem)
def test_each_file_holds_texts_of_all_manners_once(path: Path) -> None:
    texts = list(read_stated(path))
    assert len({STATEMENTS[name.label].partition("_")[0] for one in texts for name in one.names}) == 5
    assert len({text_key(one.text) for one in texts}) == len(texts)
    assert not any(sign in one.text for one in texts for sign in ("[[", "]]", "|"))


def test_a_tenth_is_held_out_by_the_text() -> None:
    trained, held_out = ({text_key(one.text) for one in stated_texts(held_out=side)} for side in (False, True))
    assert not trained & held_out
    assert 0.05 < len(held_out) / len(trained | held_out) < 0.15


def test_padding_and_names_beside_change_nothing() -> None:
    torch.manual_seed(1)
    head = StatementHead(16).eval()
    vectors = torch.randn(1, 6, 16), torch.randn(1, 6, 16)
    longer = tuple(torch.cat((one, torch.randn(1, 3, 16)), dim=1) for one in vectors)
    inside = torch.zeros(1, 2, 6)
    inside[0, 0, 1], inside[0, 1, 4] = 1, 1
    kg = torch.rand(1, 2, KG_FEATURES)
    said = head(vectors, torch.ones(1, 6), inside=inside, kg=kg)
    mask = torch.cat((torch.ones(1, 6), torch.zeros(1, 3)), dim=1)
    wide = torch.cat((inside, torch.zeros(1, 2, 3)), dim=2)
    assert torch.allclose(head(longer, mask, inside=wide, kg=kg), said, atol=1e-6)
    assert torch.allclose(head(vectors, torch.ones(1, 6), inside=inside[:, 1:], kg=kg[:, 1:]), said[:, 1:], atol=1e-6)


def test_of_an_entity_only_its_kind_is_read() -> None:
    torch.manual_seed(1)
    head, inside = StatementHead(16).eval(), torch.ones(1, 1, 4)
    vectors = torch.randn(1, 4, 16), torch.randn(1, 4, 16)
    bank, coin = (
        torch.from_numpy(kind_features(kind))[None, None] for kind in (EntityKind.COMPANY, EntityKind.CURRENCY)
    )
    rich = bank.clone()
    rich[..., KIND_FEATURES:] = 0.7
    said = [head(vectors, torch.ones(1, 4), inside=inside, kg=kg) for kg in (bank, rich, coin)]
    assert torch.equal(said[0], said[1])
    assert not torch.allclose(said[0], said[2])


def test_a_run_learns_statements_and_keeps_its_other_weights(
    tmp_path: Path, data_folder: Path, corpus: Corpus, encoder_folder: Path
) -> None:
    run, out, parts = tmp_path / "run", tmp_path / "out", set[str]()
    train(run, Sources(data_folder, encoder_folder, None), TrainConfig(epochs=1, reports=0), report=lambda _: None)
    config = StatementConfig(epochs=12, rate=0.01, drop_kg=0.0)
    learn_statements(run, out, made_texts(), runs=runs, config=config, report=lambda part, *_: parts.add(part))
    assert parts == {"reading", "learning"}
    before, after = (load_network(one) for one in (run, out))
    states = before.state_dict(), after.state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert {name.partition(".")[0] for name in states[1].keys() - states[0].keys()} == {"statement_head"}
    assert load_record(out).statements == config

    assert judge_statements(infer_of(before), corpus.tokenizer, made_texts()) == {}
    judged = judge_statements(infer_of(after), corpus.tokenizer, made_texts())["statements"]
    assert len(judged.labels) == 2 * len(made_texts())
    assert (judged.probabilities.argmax(axis=1) == judged.labels).mean() > 0.9
    taught = after.statement_head
    assert taught is not None
    rows = rows_of(corpus.tokenizer, made_texts())
    with torch.no_grad():
        vectors = after.token_vectors(*padded_ids([row.ids for row in rows]))
    torch.manual_seed(0)
    fresh = StatementHead(after.projection.in_features).eval()
    losses = [loss_of(one.eval(), vectors, rows, config=config).item() for one in (fresh, taught)]
    assert losses[1] < losses[0] / 2


def test_a_run_that_goes_on_keeps_the_head(tmp_path: Path, data_folder: Path, encoder_folder: Path) -> None:
    sources, config = Sources(data_folder, encoder_folder, None), TrainConfig(epochs=1, reports=0)
    train(tmp_path / "first", sources, config, report=lambda _: None)
    learnt = StatementConfig(epochs=1)
    learn_statements(
        tmp_path / "first", tmp_path / "told", made_texts(), runs=runs, config=learnt, report=lambda *_: None
    )
    further = Sources(data_folder, encoder_folder, None, start=tmp_path / "told")
    train(tmp_path / "further", further, config, report=lambda _: None)
    assert load_record(tmp_path / "further").statements == learnt
    heads = [load_network(tmp_path / one).statement_head for one in ("told", "further")]
    assert heads[0] is not None
    assert heads[1] is not None
    pairs = zip(heads[0].parameters(), heads[1].parameters(), strict=True)
    assert all(np.array_equal(one.detach().numpy(), other.detach().numpy()) for one, other in pairs)


def test_statements_are_learnt_between_the_other_texts_and_the_encoder_learns_for_them(
    tmp_path: Path, corpus: Corpus, data_folder: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "stated_texts", lambda _, *, held_out: () if held_out else made_texts())
    sources = Sources(data_folder, encoder_folder, None)
    for stated in (0, 32):
        config = TrainConfig(epochs=1, reports=0, head_rate=5e-3, stated=stated)
        train(tmp_path / f"{stated}", sources, config, report=lambda _: None)
    plain, taught = (load_network(tmp_path / one) for one in ("0", "32"))
    assert (load_record(tmp_path / "0").statements, load_record(tmp_path / "32").statements) == (None, STATEMENT_LESSON)
    assert plain.statement_head is None
    judged = judge_statements(infer_of(taught), corpus.tokenizer, made_texts())["statements"]
    assert (judged.probabilities.argmax(axis=1) == judged.labels).mean() > 0.9
    encoders = [one.encoder.state_dict() for one in (plain, taught)]
    assert any(not torch.equal(encoders[0][name], encoders[1][name]) for name in encoders[0])
