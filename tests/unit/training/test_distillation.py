"""A student begins with its teacher's own layers, learns to say the same, and is held to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stream_app.errors import ConfigurationError, DataError
from stream_app.pipeline.tensors import EMBEDDING_SIZE, TOPICS
from stream_app.training.config import DistilConfig, StatementConfig, TrainConfig
from stream_app.training.corpus import Corpus
from stream_app.training.distillation.answers import Answers, answers_of
from stream_app.training.distillation.kept_answers import kept_answers, load_teacher
from stream_app.training.distillation.losses import hidden_loss, mean_scores, soft_loss
from stream_app.training.distillation.run import check_student, distil, distil_afresh
from stream_app.training.distillation.student import make_student, states_to_learn, taken_layers
from stream_app.training.distillation.taught_task import TaughtTask
from stream_app.training.encoder import load_encoder
from stream_app.training.evaluation import judge, torch_infer
from stream_app.training.examples import Example, Mention
from stream_app.training.fit import Progress
from stream_app.training.judged import HeadScore
from stream_app.training.network import FusionNetwork, Scores
from stream_app.training.run import Sources, load_network, load_record, train, write_metrics, write_record
from stream_app.training.served import uncalibrated
from stream_app.training.weights import WEIGHTS
from tests.training_sets import write_encoder

CONFIG = DistilConfig(layers=1, epochs=1, batch_rows=16, checkpoint_steps=2, reports=0, unlabelled_share=0.0)
GOOD = HeadScore(rows=100, accuracy=0.9, macro_f1=0.9, calibration_error=0.02)
INPUTS = (
    torch.tensor([[2, 5, 6, 7, 3, 0]]),
    torch.tensor([[1, 1, 1, 1, 1, 0]]),
    torch.tensor([[[1, 2], [0, 0]]]),
    torch.zeros(1, 2, 32),
    torch.zeros(1, 8),
)


class Interrupted(Exception):  # noqa: N818  (a state)
    """Stands for a crash or Ctrl-C."""


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory, data_folder: Path, encoder_folder: Path) -> Path:
    run = tmp_path_factory.mktemp("teacher")
    config = TrainConfig(epochs=1, batch_rows=16, reports=0)
    train(run, Sources(data_folder, encoder_folder, None), config, report=lambda _: None)
    write_metrics(run, {"document": GOOD, "mention": GOOD})
    return run


def scores_of(run: Path) -> Scores:
    with torch.inference_mode():
        said: Scores = load_network(run)(*INPUTS)
    return said


def test_layers_are_taken_from_the_whole_depth() -> None:
    assert taken_layers(3, 6) == (0, 2, 4)
    assert states_to_learn(3, 6) == (0, 2, 4, 6)
    with pytest.raises(ConfigurationError, match="at most 6"):
        taken_layers(7, 6)


def test_student_with_all_layers_says_what_its_teacher_says(teacher: Path) -> None:
    student = make_student(teacher, 1).eval()
    with torch.inference_mode():
        said = student(*INPUTS)
    torch.testing.assert_close(tuple(said), tuple(scores_of(teacher)))


def test_student_has_its_teachers_head_on_statements(tmp_path: Path, teacher: Path, data_folder: Path) -> None:
    stated = Path(shutil.copytree(teacher, tmp_path / "stated"))
    network = load_network(teacher)
    head = network.add_statement_head().state_dict()
    save_file(network.state_dict(), stated / WEIGHTS)
    write_record(stated, load_record(teacher).model_copy(update={"statements": StatementConfig()}))
    student = make_student(stated, 1).statement_head
    assert student is not None
    assert all(torch.equal(tensor, student.state_dict()[name]) for name, tensor in head.items())
    out = tmp_path / "student"
    record = distil(out, [stated], data_folder, graph=None, config=CONFIG, report=lambda _: None)
    assert record.statements == StatementConfig()
    assert load_network(out).statement_head is not None


def test_teacher_without_scores_is_named_before_anything_is_learnt(
    tmp_path: Path, teacher: Path, data_folder: Path, encoder_folder: Path
) -> None:
    unscored, out = Path(shutil.copytree(teacher, tmp_path / "unscored")), tmp_path / "out"
    (unscored / "metrics.json").unlink()
    sources = Sources(data_folder, encoder_folder, None)
    with pytest.raises(DataError, match="unscored has no scores, which its student is held to"):
        distil(out, [unscored], data_folder, graph=None, config=CONFIG, report=lambda _: None)
    with pytest.raises(DataError, match="unscored has no scores, which its student is held to"):
        distil_afresh(out, [unscored], sources, config=CONFIG, report=lambda _: None, asking=lambda _: None)
    assert not out.exists()


def test_loss_is_least_for_who_says_what_the_teacher_says(teacher: Path) -> None:
    told = scores_of(teacher)
    other = Scores(*(one + torch.randn(one.shape, generator=torch.manual_seed(3)) for one in told))
    same, apart = (soft_loss(one, told, INPUTS, config=CONFIG) for one in (told, other))
    assert all(same[head] < apart[head] for head in same)
    mask = INPUTS[1]
    states = [torch.ones(1, 6, 4)]
    changed = [states[0].clone()]
    changed[0][:, 5] = 9.0  # padding
    assert hidden_loss(changed, states, mask) == 0


def test_several_teachers_are_their_mean(teacher: Path) -> None:
    told = scores_of(teacher)
    other = Scores(*(one + 2.0 for one in told))
    mean = mean_scores([told, other])
    torch.testing.assert_close(mean.document, told.document + 1.0)
    torch.testing.assert_close(mean.embedding, told.embedding)


def test_interrupted_student_ends_in_the_weights_of_an_uninterrupted_one(
    tmp_path: Path, teacher: Path, data_folder: Path
) -> None:
    def interrupt(now: Progress) -> None:
        if now.step == 3:
            raise Interrupted

    whole, broken = tmp_path / "whole", tmp_path / "broken"
    distil(whole, [teacher], data_folder, graph=None, config=CONFIG, report=lambda _: None)
    with pytest.raises(Interrupted):
        distil(broken, [teacher], data_folder, graph=None, config=CONFIG, report=interrupt)
    distil(broken, [teacher], data_folder, graph=None, config=CONFIG, report=lambda _: None)
    weights = [load_file(run / "network.safetensors") for run in (whole, broken)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    record = load_record(whole)
    assert record == load_record(broken)
    assert record.start == load_record(teacher)
    assert record.distilled is not None
    assert record.distilled.accuracy["document"] == GOOD.accuracy


def test_student_of_an_imported_run_is_no_imported_run(tmp_path: Path, teacher: Path, data_folder: Path) -> None:
    imported = Path(shutil.copytree(teacher, tmp_path / "imported"))
    write_record(imported, load_record(teacher).model_copy(update={"imported": "fusion-7-0123456789ab"}))
    record = distil(tmp_path / "student", [imported], data_folder, graph=None, config=CONFIG, report=lambda _: None)
    assert record == load_record(tmp_path / "student")
    assert record.imported is None
    assert record.start is not None
    assert record.start.imported == "fusion-7-0123456789ab"


def test_student_on_another_encoder_learns_what_its_teacher_says_and_may_be_interrupted(
    tmp_path: Path, teacher: Path, data_folder: Path
) -> None:
    def interrupt(now: Progress) -> None:
        if now.step == 3:
            raise Interrupted

    encoder = write_encoder(tmp_path / "encoder", 32)
    sources = Sources(data_folder, encoder, None)

    def run(out: Path, report: Callable[[Progress], None] = lambda _: None, **changes: object) -> Path:
        config = CONFIG.model_copy(update={"join": 0.5, **changes})
        distil_afresh(out, [teacher], sources, config=config, report=report, asking=lambda _: None)
        return out

    whole = run(tmp_path / "whole")
    with pytest.raises(Interrupted):
        run(tmp_path / "broken", interrupt)
    broken = run(tmp_path / "broken")
    weights = [load_file(one / "network.safetensors") for one in (whole, broken)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    record = load_record(whole)
    assert record.start is None
    assert record.distilled is not None
    assert record.distilled.afresh
    check_student(record, {"document": GOOD, "mention": HeadScore(100, 0.5, 0.5, 0.02)})
    close = run(tmp_path / "close", epochs=5, soft=50.0)
    alone = run(tmp_path / "alone", epochs=5, soft=0.0)
    told = scores_of(teacher).document.softmax(-1)
    assert (scores_of(close).document.softmax(-1) - told).abs().sum() < (
        scores_of(alone).document.softmax(-1) - told
    ).abs().sum()


def test_student_may_begin_with_a_run_on_its_encoder_and_no_other(
    tmp_path: Path, teacher: Path, data_folder: Path
) -> None:
    encoder = write_encoder(tmp_path / "encoder", 32)
    still = CONFIG.model_copy(update={"encoder_rate": 0.0, "head_rate": 0.0})

    def run(name: str, config: DistilConfig, start: Path | None = None) -> Path:
        sources = Sources(data_folder, encoder, None, start)
        distil_afresh(tmp_path / name, [teacher], sources, config=config, report=lambda _: None, asking=lambda _: None)
        return tmp_path / name

    first = run("first", CONFIG)
    weights = [load_file(one / "network.safetensors") for one in (first, run("second", still, first))]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert load_record(tmp_path / "second").start == load_record(first)
    with pytest.raises(DataError, match="another encoder"):
        run("third", still, teacher)


def test_teacher_that_is_wider_than_what_is_served_can_be_judged(tmp_path: Path, corpus: Corpus) -> None:
    encoder = load_encoder(write_encoder(tmp_path / "wide", 2 * EMBEDDING_SIZE))
    network = FusionNetwork(encoder, hidden=2 * EMBEDDING_SIZE, topics=TOPICS)
    judged = judge(torch_infer(uncalibrated(network)), corpus)
    assert len(judged["document"].labels) == sum(one.document is not None and not one.weak for one in corpus.dev)


def test_answers_are_those_of_the_texts_in_their_order(tmp_path: Path, teacher: Path, corpus: Corpus) -> None:
    asked = load_teacher(teacher, corpus, max_tokens=32)
    examples = corpus.train[:90]
    told = kept_answers(tmp_path, [asked], examples, report=lambda _: None)
    for place in (0, 41, 89):
        batch = asked.collator.batch([examples[place]], [0])
        with torch.inference_mode():
            alone = answers_of(asked.network(*batch.inputs))
        slots = batch.inputs[2].shape[1]
        torch.testing.assert_close(told.document[place].float(), alone.document[0].float(), atol=0.02, rtol=0.02)
        torch.testing.assert_close(told.mention[place, :slots].float(), alone.mention[0].float(), atol=0.02, rtol=0.02)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    assert kept
    kept_answers(tmp_path, [asked], examples, report=lambda _: None)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")} == kept


def test_what_a_teacher_says_of_a_name_stays_with_it_in_whatever_order_names_are_marked(
    teacher: Path, corpus: Corpus
) -> None:
    config = CONFIG.model_copy(update={"rename": 0.0, "join": 0.0, "drop_kg": 1.0})
    names = (Mention(0, 4, None, salient=True), Mention(18, 22, None, salient=True))
    said = torch.tensor([[9.0, 0.0, 0.0], [0.0, 0.0, 9.0]])

    def loss(order: tuple[int, ...]) -> float:
        mentions = tuple(names[place] for place in order)
        texts = replace(corpus, train=(Example("sentfin", "acme loss rises at beta", "news", mentions=mentions),))
        blank = torch.zeros(1, 3)
        of_names = said[list(order)][None]
        told = Answers(blank, blank, of_names, of_names, torch.zeros(1, 2), torch.zeros(1, TOPICS))
        network = load_network(teacher)
        task = TaughtTask(network, texts, torch.zeros(1, 1), told=told, config=config)
        with torch.inference_mode():
            network.mention_token.weight.mul_(20.0)  # so that it plainly says other things of the two
            return float(task.loss([0], 0)[0])

    assert loss((0, 1)) == pytest.approx(loss((1, 0)), rel=1e-4)


def test_student_that_loses_over_three_tenths_of_a_point_is_refused(
    tmp_path: Path, teacher: Path, data_folder: Path
) -> None:
    record = distil(tmp_path, [teacher], data_folder, graph=None, config=CONFIG, report=lambda _: None)
    good = {"document": GOOD, "mention": GOOD}
    check_student(record, good)
    worse = HeadScore(rows=100, accuracy=0.896, macro_f1=0.9, calibration_error=0.02)
    with pytest.raises(DataError, match="mention head loses"):
        check_student(record, good | {"mention": worse})
