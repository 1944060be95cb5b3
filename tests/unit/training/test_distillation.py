"""A student begins with its teacher's own layers, learns to say the same, and is held to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from stream_app.errors import ConfigurationError, DataError
from stream_app.training.config import DistilConfig, TrainConfig
from stream_app.training.distillation.losses import hidden_loss, mean_scores, soft_loss
from stream_app.training.distillation.run import check_student, distil
from stream_app.training.distillation.student import make_student, states_to_learn, taken_layers
from stream_app.training.fit import Progress
from stream_app.training.judged import HeadScore
from stream_app.training.network import Scores
from stream_app.training.run import Sources, load_network, load_record, train, write_metrics

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


def test_student_that_loses_over_three_tenths_of_a_point_is_refused(
    tmp_path: Path, teacher: Path, data_folder: Path
) -> None:
    record = distil(tmp_path, [teacher], data_folder, graph=None, config=CONFIG, report=lambda _: None)
    good = {"document": GOOD, "mention": GOOD}
    check_student(record, good)
    worse = HeadScore(rows=100, accuracy=0.896, macro_f1=0.9, calibration_error=0.02)
    with pytest.raises(DataError, match="mention head loses"):
        check_student(record, good | {"mention": worse})
