"""Domain packs: what finance is, what a file must say, how the graph is read, and every kind of head by one recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from safetensors.torch import load_file

from stream_app.adapters.model_repository import read_metadata
from stream_app.errors import ConfigurationError, DataError
from stream_app.pipeline.tensors import LABELS, STATEMENTS, TAGS, TOPICS
from stream_app.settings import shipped_model_repository
from stream_app.training.config import TrainConfig, load_config
from stream_app.training.corpus import load_corpus as load_finance
from stream_app.training.encoder import load_tokenizer
from stream_app.training.fit import Progress
from stream_app.training.packs.corpus import load_corpus
from stream_app.training.packs.pack import Head, Pack, Source, load_pack
from stream_app.training.packs.reading import read_text
from stream_app.training.packs.run import PackSources, evaluate, load_run, train
from stream_app.training.packs.term_graph import read_graph

_TABLE = """id,name,kind,aliases,relations
good:a,acme,maker,acme says|the acme,rivals thing:b
thing:b,beta loss,thing,,
"""
_CONFIG = TrainConfig(epochs=8, batch_rows=16, encoder_rate=1e-2, head_rate=1e-2, label_smoothing=0.0)


def made_pack(folder: Path, count: int = 160) -> Pack:
    """Write a pack with a head of every kind, whose labels follow from the words."""
    rows = []
    for row in range(count):
        verb = ("rises", "falls")[row % 2]
        text = f"acme {verb} {row} on beta loss"
        spans = [{"start": 0, "end": 4, "label": verb}]
        terms = [{"start": 0, "end": 4, "label": "WHO"}, {"start": len(text) - 9, "end": len(text), "label": "WHAT"}]
        rows.append({"text": text, "way": verb, "names": spans, "terms": terms})
    folder.mkdir(exist_ok=True)
    (folder / "texts.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    (folder / "graph.csv").write_text(_TABLE)
    return Pack(
        name="made",
        summary="",
        heads=(
            Head(name="way", kind="document"),
            Head(name="name", kind="mention", labels=("falls", "rises"), loss=0.5),
            Head(name="terms", kind="tokens", labels=("WHO", "WHAT")),
        ),
        data=(Source(name="t", file=Path("texts.jsonl"), labels={"way": "way", "name": "names", "terms": "terms"}),),
        graph=Path("graph.csv"),
        folder=folder,
    )


def test_finance_is_a_pack_whose_labels_are_the_served_ones() -> None:
    finance = load_pack("finance")
    assert finance.head("document").labels == finance.head("mention").labels == LABELS
    assert finance.head("tags").classes == TAGS
    assert finance.head("statements").labels == STATEMENTS
    config = TrainConfig()
    assert config.losses.model_dump() == {
        **{name: finance.head(name).loss for name in ("document", "mention", "topic", "relevance")},
        **finance.losses,
    }
    served = read_metadata(shipped_model_repository() / "fusion" / "1")
    assert len(served["topics"]) == TOPICS
    assert set(served["temperatures"]) == {head.name for head in finance.heads}


def test_pack_of_every_kind_of_head_learns_by_the_shared_loop(tmp_path: Path, encoder_folder: Path) -> None:
    pack, run = made_pack(tmp_path / "pack"), tmp_path / "run"
    train(run, pack, PackSources(encoder_folder), config=_CONFIG, report=lambda _: None)
    scores = evaluate(run)["dev"]
    assert set(scores) == {"way", "name", "terms"}
    assert {name: one.accuracy for name, one in scores.items()} == pytest.approx(dict.fromkeys(scores, 1.0))
    assert scores["terms"].span_f1 == 1.0
    reading = read_text(load_run(run), "acme falls 7 on beta loss")
    assert reading.classes["way"][0] == "falls"
    assert [(one.text, one.label, one.term) for one in reading.spans] == [
        ("acme", "WHO", "good:a"),
        ("beta loss", "WHAT", "thing:b"),
    ]


class Interrupted(Exception):  # noqa: N818  (a state)
    """Stands for a crash or Ctrl-C."""


def test_interrupted_run_of_a_pack_ends_in_the_same_weights(tmp_path: Path, encoder_folder: Path) -> None:
    def interrupt(now: Progress) -> None:
        if now.step == 3:
            raise Interrupted

    pack, sources = made_pack(tmp_path / "pack", 80), PackSources(encoder_folder)
    config = _CONFIG.model_copy(update={"epochs": 1, "checkpoint_steps": 2})
    train(tmp_path / "whole", pack, sources, config=config, report=lambda _: None)
    with pytest.raises(Interrupted):
        train(tmp_path / "broken", pack, sources, config=config, report=interrupt)
    train(tmp_path / "broken", pack, sources, config=config, report=lambda _: None)
    whole, broken = (load_file(tmp_path / one / "network.safetensors") for one in ("whole", "broken"))
    assert all(whole[name].equal(broken[name]) for name in whole)


def test_held_out_file_is_never_trained_on(tmp_path: Path, encoder_folder: Path) -> None:
    pack = made_pack(tmp_path)
    again = pack.data[0].model_copy(update={"name": "again", "held_out": True})
    both = pack.model_copy(update={"data": (*pack.data, again)})
    with pytest.raises(DataError, match="no text to train on"):
        load_corpus(both, None, load_tokenizer(encoder_folder))


def test_longest_name_of_a_term_is_found_and_lends_the_kinds_beside_it(tmp_path: Path) -> None:
    (tmp_path / "graph.csv").write_text(_TABLE)
    graph = read_graph(tmp_path / "graph.csv")
    text = "Acme says: the acme has a beta loss"
    assert [(text[one.start : one.end], one.term.id) for one in graph.find(text)] == [
        ("Acme says", "good:a"),
        ("the acme", "good:a"),
        ("beta loss", "thing:b"),
    ]
    tokens = np.array([(0, 4), (5, 9), (26, 30)], dtype=np.int32)
    features = graph.features(text, tokens, known=np.array([True, True, False]))
    assert graph.kinds == ("maker", "thing")
    assert features.tolist() == [[1, 1, 1, 0, 0, 1], [1, 0, 1, 0, 0, 1], [0] * 6]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 1\n", "name"),
        ("heads = [", "cannot be read"),
        (
            'name="a"\nsummary=""\nheads=[]\n[[data]]\nname="x"\nfile="x"\nlabels={mood="m"}\n',
            "labels head mood, which the pack lacks",
        ),
    ],
)
def test_wrong_pack_is_told_with_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "wrong.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=says):
        load_pack(tmp_path / "wrong.toml")


def test_unknown_pack_names_those_that_are_shipped() -> None:
    with pytest.raises(ConfigurationError, match=r"finance, medical"):
        load_pack("botany")


def test_label_that_no_head_has_is_told_with_its_line(tmp_path: Path, encoder_folder: Path) -> None:
    pack = made_pack(tmp_path, 2)
    rows = (tmp_path / "texts.jsonl").read_text().replace('"WHO"', '"WHERE"')
    (tmp_path / "texts.jsonl").write_text(rows)
    with pytest.raises(DataError, match=r"line 1 .*WHERE is none of WHO, WHAT"):
        load_corpus(pack, None, load_tokenizer(encoder_folder))


def test_derived_labels_of_finance_are_not_asked_of_other_packs(tmp_path: Path, encoder_folder: Path) -> None:
    with pytest.raises(DataError, match="only the finance pack"):
        load_corpus(load_pack("finance"), tmp_path, load_tokenizer(encoder_folder))


def test_recipe_is_stronger_than_the_pack_and_a_change_stronger_than_both(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("epochs = 3\nclip = 2.0\n")
    config = load_config(tmp_path / "recipe.toml", {"epochs": 9, "seed": 1}, clip=None, seed=2)
    assert (config.epochs, config.clip, config.seed) == (3, 2.0, 2)


def test_finance_reads_its_files_as_its_pack_says(data_folder: Path, encoder_folder: Path) -> None:
    corpus = load_finance(data_folder, load_tokenizer(encoder_folder), None)
    assert {one.set_name for one in corpus.train} == {"sentfin", "tfns", "tfn_topic"}
