"""A run that was interrupted ends in the weights of one that was not."""

from __future__ import annotations

import resource
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stream_app.errors import ConfigurationError, DataError
from stream_app.training.config import TrainConfig, load_config
from stream_app.training.corpus import Corpus
from stream_app.training.examples import TFNS
from stream_app.training.fit import Progress
from stream_app.training.run import Sources, kept_embeddings, load_network, load_record, train

CONFIG = TrainConfig(epochs=1, batch_rows=16, checkpoint_steps=2, rename=0.5, join=0.5, reports=20)


class Interrupted(Exception):  # noqa: N818  (a state)
    """Stands for a crash or Ctrl-C."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, data_folder: Path, encoder_folder: Path) -> Path:
    """Return the folder of a finished run, which no test changes."""
    run = tmp_path_factory.mktemp("first")
    train(run, Sources(data_folder, encoder_folder, None), CONFIG, report=lambda _: None)
    return run


def weights(run: Path) -> dict[str, list[float]]:
    return {name: tensor.flatten().tolist() for name, tensor in load_file(run / "network.safetensors").items()}


def test_interrupted_run_ends_in_the_weights_of_an_uninterrupted_one(
    tmp_path: Path, data_folder: Path, encoder_folder: Path
) -> None:
    def interrupt(now: Progress) -> None:
        if now.step == 3:
            raise Interrupted

    sources = Sources(data_folder, encoder_folder, None)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    steps: list[Progress] = []
    train(whole, sources, CONFIG, report=steps.append)
    with pytest.raises(Interrupted):
        train(broken, sources, CONFIG, report=interrupt)
    resumed: list[Progress] = []
    train(broken, sources, CONFIG, report=resumed.append)
    assert len(steps) > 4
    assert [now.step for now in resumed] == [now.step for now in steps[2:]]
    assert weights(broken) == weights(whole)
    assert load_record(broken) == load_record(whole)


def test_checkpoint_of_other_settings_is_refused(first: Path, data_folder: Path, encoder_folder: Path) -> None:
    sources = Sources(data_folder, encoder_folder, None)
    with pytest.raises(DataError, match="other data or settings"):
        train(first, sources, CONFIG.model_copy(update={"seed": 8}), report=lambda _: None)


def test_run_may_start_from_the_weights_of_another(
    first: Path, tmp_path: Path, data_folder: Path, encoder_folder: Path
) -> None:
    sources, second = Sources(data_folder, encoder_folder, None), tmp_path / "second"
    still = CONFIG.model_copy(update={"encoder_rate": 0.0, "head_rate": 0.0})
    train(second, replace(sources, start=first), still, report=lambda _: None)
    assert weights(second) == weights(first)
    assert load_record(second).start == load_record(first)


def test_word_vectors_stay_those_of_the_encoder(first: Path, encoder_folder: Path) -> None:
    name = "embeddings.word_embeddings.weight"
    assert torch.equal(
        load_file(first / "network.safetensors")[f"encoder.{name}"],
        load_file(encoder_folder / "model.safetensors")[name],
    )


def test_only_the_parts_that_are_named_learn(
    first: Path, tmp_path: Path, data_folder: Path, encoder_folder: Path
) -> None:
    sources, second = Sources(data_folder, encoder_folder, None), tmp_path / "second"
    learn = ("document_gate", "document_head")
    train(second, replace(sources, start=first), CONFIG.model_copy(update={"learn": learn}), report=lambda _: None)
    before, after = weights(first), weights(second)
    assert {name.partition(".")[0] for name in before if before[name] != after[name]} == set(learn)
    unknown = CONFIG.model_copy(update={"learn": ("moods",)})
    with pytest.raises(ConfigurationError, match="no part moods to learn"):
        train(tmp_path / "third", replace(sources, start=first), unknown, report=lambda _: None)


def test_embeddings_are_kept_for_the_encoder_and_the_texts_that_they_are_of(
    tmp_path: Path, corpus: Corpus, encoder_folder: Path
) -> None:
    def kept(sets: Corpus, encoder: Path = encoder_folder) -> list[list[float]]:
        found: list[list[float]] = kept_embeddings(tmp_path / "run", encoder, sets, config=CONFIG).tolist()
        return found

    (tmp_path / "run").mkdir()
    first = kept(corpus)
    written = (tmp_path / "run" / "teacher.npy").stat().st_mtime_ns
    assert kept(corpus) == first
    assert (tmp_path / "run" / "teacher.npy").stat().st_mtime_ns == written
    assert kept(replace(corpus, train=corpus.train[::-1])) == first[::-1]
    assert kept(corpus) == first
    other = Path(shutil.copytree(encoder_folder, tmp_path / "other"))
    weights = load_file(other / "model.safetensors")
    save_file({name: 2.0 * tensor for name, tensor in weights.items()}, other / "model.safetensors", {"format": "pt"})
    assert kept(corpus, other) != first


def test_unfinished_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no finished run"):
        load_record(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "warm_up = 1.0",
        "warm_up = nan",
        "clip = 0.0",
        "label_smoothing = 2.0",
        "topic_share = 5.0",
        "drop_kg = -0.1",
        "rename = 2.0",
        "weight_decay = -1.0",
        "reports = -3",
        "head_rate = inf",
        "losses = { topic = -1.0 }",
    ],
)
def test_settings_that_would_train_nonsense_are_refused_with_their_name_and_file(tmp_path: Path, line: str) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(line)
    with pytest.raises(ConfigurationError, match=rf"setting {line.split(maxsplit=1)[0]}.*recipe\.toml"):
        load_config(recipe)


def test_a_recipe_that_is_no_text_is_named_and_a_wrong_option_is_not_laid_on_it(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"recipe\.toml cannot be read as TOML"):
        load_config(recipe)
    recipe.write_text("epochs = 1")
    with pytest.raises(ConfigurationError, match=r"label_share: .*mend it in the call"):
        load_config(recipe, label_share=7.0)


def test_a_run_may_do_without_a_warm_up(tmp_path: Path, data_folder: Path, encoder_folder: Path) -> None:
    config = CONFIG.model_copy(update={"warm_up": 0.0})
    train(tmp_path, Sources(data_folder, encoder_folder, None), config, report=lambda _: None)
    assert load_record(tmp_path).config.warm_up == 0.0


def test_a_run_whose_loss_is_no_number_any_more_ends_and_is_no_finished_one(
    tmp_path: Path, data_folder: Path, encoder_folder: Path
) -> None:
    config = CONFIG.model_copy(update={"encoder_rate": 1e30, "head_rate": 1e30, "clip": 1e30})
    with pytest.raises(DataError, match=r"went astray: at step \d+ of .*lower encoder_rate"):
        train(tmp_path, Sources(data_folder, encoder_folder, None), config, report=lambda _: None)
    with pytest.raises(DataError, match="no finished run"):
        load_record(tmp_path)


def test_a_run_is_not_trained_over_the_one_that_it_starts_from(
    tmp_path: Path, data_folder: Path, encoder_folder: Path
) -> None:
    run = tmp_path / "run"
    train(run, Sources(data_folder, encoder_folder, None), CONFIG, report=lambda _: None)
    (run / "checkpoint.pt").unlink()  # an imported run never had one
    before = weights(run)
    with pytest.raises(ConfigurationError, match="is the run that this is made of"):
        train(run, Sources(data_folder, encoder_folder, None, tmp_path / "." / "run"), CONFIG, report=lambda _: None)
    assert weights(run) == before


def test_damaged_checkpoint_and_weights_are_named(tmp_path: Path, data_folder: Path, encoder_folder: Path) -> None:
    sources = Sources(data_folder, encoder_folder, None)
    train(tmp_path, sources, CONFIG, report=lambda _: None)
    checkpoint, file = tmp_path / "checkpoint.pt", tmp_path / "network.safetensors"
    for content in (b"garbage", b"", checkpoint.read_bytes()[:1000]):
        checkpoint.write_bytes(content)
        with pytest.raises(DataError, match=r"checkpoint\.pt is damaged .*remove it"):
            train(tmp_path, sources, CONFIG, report=lambda _: None)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"network\.safetensors holds no weights"):
        load_network(tmp_path)


def test_a_full_disk_leaves_the_last_checkpoint_and_says_so(
    tmp_path: Path, data_folder: Path, encoder_folder: Path
) -> None:
    def fill(now: Progress) -> None:
        if now.step == 2:
            kept.append((tmp_path / "checkpoint.pt").read_bytes())
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))

    kept: list[bytes] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    asked = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with pytest.raises(DataError, match=r"checkpoint\.pt cannot be written: make room"):
            train(tmp_path, Sources(data_folder, encoder_folder, None), CONFIG, report=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, asked)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept[0]
    assert not list(tmp_path.glob(".*.new"))


def test_sets_without_anything_to_judge_by_are_refused_before_training(
    tmp_path: Path, data_folder: Path, encoder_folder: Path
) -> None:
    few = Path(shutil.copytree(data_folder, tmp_path / "few"))
    (few / TFNS).write_bytes((few / TFNS).read_bytes().splitlines()[0])
    with pytest.raises(DataError, match=r"tfns\.train\.jsonl has 1 texts, of which 0 are held out"):
        train(tmp_path / "run", Sources(few, encoder_folder, None), CONFIG, report=lambda _: None)
    config = CONFIG.model_copy(update={"label_share": 1e-6})
    with pytest.raises(DataError, match=r"label_share of 1e-06 leaves none of"):
        train(tmp_path / "run", Sources(data_folder, encoder_folder, None), config, report=lambda _: None)
