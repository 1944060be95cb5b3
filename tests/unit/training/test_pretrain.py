"""What the self-supervised stage reads, hides and holds together, and that it goes on as if nothing had been."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import orjson
import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Encoding

from stream_app.errors import DataError
from stream_app.training.config import PretrainConfig, TrainConfig
from stream_app.training.descent import Progress
from stream_app.training.examples import load_examples
from stream_app.training.likeness import contrastive_loss, spoilt
from stream_app.training.masking import NOT_ASKED, Mask, masked
from stream_app.training.pretrain import pretrain, read_pretrained
from stream_app.training.run import Sources, load_record, train
from stream_app.training.split import is_dev, text_key
from stream_app.training.unlabelled import TWEETS, load_unlabelled, mentions

CONFIG = PretrainConfig(batch_rows=16, checkpoint_steps=2)


class Interrupted(Exception):  # noqa: N818  (a state)
    """Stands for a crash or Ctrl-C."""


@pytest.fixture
def texts_folder(data_folder: Path, tmp_path: Path) -> Path:
    """Return the training sets, and tweets that repeat their texts and add some."""
    folder = shutil.copytree(data_folder, tmp_path / "data")
    tweets = [one.text for one in load_examples(folder)] + [
        f"RT @who: $ACME shares at {row} says beta" for row in range(60)
    ]
    (folder / TWEETS).parent.mkdir()
    lines = b"\n".join(orjson.dumps({"text": text}) for text in tweets)
    (folder / TWEETS).write_bytes(gzip.compress(lines))
    return folder


def encoding(*words: int | None) -> Encoding:
    """Return an encoding whose tokens are of these words, None for special tokens; a token is two characters wide."""
    ids = list(range(10, 10 + len(words)))
    offsets = [(0, 0) if word is None else (2 * place, 2 * place + 2) for place, word in enumerate(words)]
    return SimpleNamespace(ids=ids, word_ids=list(words), offsets=offsets)  # type: ignore[return-value]


def test_no_held_out_text_is_read(texts_folder: Path) -> None:
    unlabelled = load_unlabelled(texts_folder)
    held_out = {text_key(one.text) for one in load_examples(texts_folder) if is_dev(one.text)}
    assert held_out
    assert not held_out & {text_key(text) for text in unlabelled.texts}
    assert not any(is_dev(text) for text in unlabelled.texts)


def test_copies_of_a_text_are_read_once_and_every_file_is_named(texts_folder: Path) -> None:
    unlabelled = load_unlabelled(texts_folder)
    keys = [text_key(text) for text in unlabelled.texts]
    assert len(keys) == len(set(keys))
    assert any(text.startswith("$ACME shares at") for text in unlabelled.texts)
    assert TWEETS.as_posix() in {file.path for file in unlabelled.files}


def test_smaller_share_of_texts_lies_within_a_larger_one(texts_folder: Path) -> None:
    few, more = (set(load_unlabelled(texts_folder, share).texts) for share in (0.3, 0.7))
    assert set() < few < more


def test_folder_without_texts_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no text"):
        load_unlabelled(tmp_path)


def test_cashtags_are_mentions() -> None:
    assert mentions("sell $ACME now", None) == [(5, 10)]


def test_words_and_mentions_are_hidden_whole() -> None:
    given, always = encoding(None, 0, 0, 1, 2, 3, 3, None), Mask(1.0, 1.0, token=4, vocabulary=100)
    drawn = encoding(None, 0, 0, 1, 2, 3, 3, None)
    for seed in range(200):
        _, asked = masked(drawn, [(6, 10)], replace(always, words=0.3, mentions=0.5), rng=np.random.default_rng(seed))
        hidden = asked != NOT_ASKED
        assert hidden[1] == hidden[2]
        assert hidden[3] == hidden[4], "both words of one mention"
        assert hidden[5] == hidden[6]
        assert not hidden[0]
        assert not hidden[7]
    _, asked = masked(given, [], always, rng=np.random.default_rng(0))
    assert asked.tolist() == [NOT_ASKED, 11, 12, 13, 14, 15, 16, NOT_ASKED]


def test_mentions_are_hidden_as_much_more_often_as_is_asked() -> None:
    given, mask, drawn = encoding(None, 0, 1, None), Mask(0.15, 0.4, token=4, vocabulary=100), 4000
    rng = np.random.default_rng(1)
    asked = np.stack([masked(given, [(2, 4)], mask, rng=rng)[1] for _ in range(drawn)]) != NOT_ASKED
    mention, word = asked.mean(axis=0)[1:3]
    assert abs(mention - 0.4) < 0.03
    assert abs(word - 0.15) < 0.03


def test_of_what_is_asked_eight_tenths_are_hidden_one_replaced_and_one_stays() -> None:
    given, mask = encoding(*range(20_000)), Mask(1.0, 1.0, token=4, vocabulary=30)
    seen, asked = masked(given, [], mask, rng=np.random.default_rng(1))
    hidden, same = (seen == 4).mean(), (seen == asked).mean()
    assert abs(hidden - 0.8) < 0.02
    assert abs(same - 0.1) < 0.02
    assert abs(1 - hidden - same - 0.1) < 0.02


def test_contrastive_loss_is_that_of_the_formula_and_least_where_views_agree() -> None:
    left, right = torch.randn(5, 8, generator=torch.manual_seed(1)), torch.randn(5, 8)
    cosines = torch.cosine_similarity(left[:, None], right[None], dim=-1) / 0.05
    expected = -(cosines.diag() - torch.logsumexp(cosines, dim=1)).mean()
    torch.testing.assert_close(contrastive_loss(left, right, 0.05), expected)
    assert contrastive_loss(left, left, 0.05) < contrastive_loss(left, right, 0.05)
    assert contrastive_loss(left, left.roll(1, 0), 0.05) > contrastive_loss(left, left, 0.05)


def test_spoilt_text_loses_words_and_letters_change_places() -> None:
    rng = np.random.default_rng(1)
    text = "shares of acme rise sharply today"
    assert spoilt(text, drop=0.0, typos=0.0, rng=rng) == text
    assert spoilt(text, drop=1.0, typos=0.0, rng=rng) == "shares"
    changed = spoilt(text, drop=0.0, typos=1.0, rng=rng).split()
    assert [sorted(word) for word in changed] == [sorted(word) for word in text.split()]
    assert changed != text.split()


def test_interrupted_stage_ends_in_the_encoder_of_an_uninterrupted_one(
    tmp_path: Path, texts_folder: Path, encoder_folder: Path
) -> None:
    def interrupt(now: Progress) -> None:
        if now.step == 5:
            raise Interrupted

    def run(out: Path, report: object) -> None:
        pretrain(out, texts_folder, encoder=encoder_folder, graph=None, config=CONFIG, report=report)  # type: ignore[arg-type]

    whole, broken, resumed = tmp_path / "whole", tmp_path / "broken", []
    run(whole, lambda _: None)
    with pytest.raises(Interrupted):
        run(broken, interrupt)
    run(broken, resumed.append)
    assert resumed[0].step == 5
    one, other = (load_file(folder / "model.safetensors") for folder in (whole, broken))
    assert all(torch.equal(one[name], other[name]) for name in one)
    begun = load_file(encoder_folder / "model.safetensors")
    assert not all(torch.equal(one[name], begun[name]) for name in one)


def test_run_that_begins_with_the_stage_says_so(tmp_path: Path, texts_folder: Path, encoder_folder: Path) -> None:
    encoder, first, second = tmp_path / "encoder", tmp_path / "first", tmp_path / "second"
    record = pretrain(encoder, texts_folder, encoder=encoder_folder, graph=None, config=CONFIG, report=lambda _: None)
    config = TrainConfig(epochs=1, batch_rows=32, reports=0)
    train(first, Sources(texts_folder, encoder, None), config, report=lambda _: None)
    train(second, Sources(texts_folder, encoder, None, start=first), config, report=lambda _: None)
    assert load_record(first).pretrained == record == read_pretrained(encoder)
    started = load_record(second).start
    assert started is not None
    assert started.pretrained == record
    assert read_pretrained(encoder_folder) is None


def test_tokenizer_without_a_mask_is_refused(tmp_path: Path, texts_folder: Path, encoder_folder: Path) -> None:
    other = shutil.copytree(encoder_folder, tmp_path / "encoder")
    file = other / "tokenizer.json"
    file.write_text(file.read_text().replace("[MASK]", "[HIDE]"))
    with pytest.raises(DataError, match=r"no token \[MASK\]"):
        pretrain(tmp_path / "out", texts_folder, encoder=other, graph=None, config=CONFIG, report=lambda _: None)
