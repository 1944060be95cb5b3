"""Which texts are sent to a person: unsure ones, unlike each other, each once; the same seed chooses the same."""

from __future__ import annotations

import numpy as np
import pytest

from stream_app.training.labelling.choice import Method, choose, entropy, margin
from stream_app.training.labelling.once_told import once_told
from tests.factories import document

_SURE, _UNSURE = (0.98, 0.01, 0.01), (0.4, 0.35, 0.25)


def places(count: int) -> np.ndarray:
    """Return unit vectors of `count` directions in turn."""
    return np.eye(4)[np.arange(count) % 4]


@pytest.mark.parametrize("method", [Method.ENTROPY, Method.MARGIN, Method.BADGE])
def test_what_the_model_is_unsure_of_comes_first(method: Method) -> None:
    probabilities = np.array([_SURE] * 6 + [_UNSURE] * 2)
    chosen = choose(method, probabilities, places(8), count=2, rng=np.random.default_rng(1))
    assert chosen[0] in {6, 7}
    assert method is Method.BADGE or set(chosen) == {6, 7}


def test_badge_takes_one_of_texts_that_are_alike() -> None:
    probabilities = np.array([_UNSURE] * 8)
    embeddings = np.array([[1.0, 0.0]] * 7 + [[0.0, 1.0]])
    for seed in range(10):
        chosen = choose(Method.BADGE, probabilities, embeddings, count=2, rng=np.random.default_rng(seed))
        assert 7 in chosen
    assert 7 not in choose(Method.ENTROPY, probabilities, embeddings, count=2, rng=np.random.default_rng(0))


def test_badge_distances_are_those_of_the_gradients_written_out() -> None:
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet((1, 1, 1), 40)
    embeddings = rng.normal(size=(40, 5))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    gradients = probabilities - np.eye(3)[probabilities.argmax(1)]
    written = np.einsum("nc,nh->nch", gradients, embeddings).reshape(40, -1)
    chosen = choose(Method.BADGE, probabilities, embeddings, count=6, rng=np.random.default_rng(5))
    again, rng = [int((written**2).sum(1).argmax())], np.random.default_rng(5)
    while len(again) < 6:
        nearest = ((written[:, None] - written[again][None]) ** 2).sum(-1).min(1)
        again.append(int(rng.choice(40, p=nearest / nearest.sum())))
    assert chosen == again


def test_core_set_leaves_no_direction_out() -> None:
    chosen = choose(Method.CORE_SET, np.array([_SURE] * 40), places(40), count=4, rng=np.random.default_rng(1))
    assert {one % 4 for one in chosen} == {0, 1, 2, 3}


@pytest.mark.parametrize("method", list(Method))
def test_no_text_is_chosen_twice_and_the_seed_decides(method: Method) -> None:
    probabilities = np.random.default_rng(0).dirichlet((1, 1, 1), 30)
    chosen = [choose(method, probabilities, places(30), count=50, rng=np.random.default_rng(4)) for _ in range(2)]
    assert sorted(chosen[0]) == list(range(30))
    assert chosen[0] == chosen[1]


@pytest.mark.parametrize("method", list(Method))
def test_nothing_is_chosen_of_nothing(method: Method) -> None:
    assert choose(method, np.zeros((0, 3)), np.zeros((0, 4)), count=5, rng=np.random.default_rng(0)) == []


def test_entropy_and_margin_agree_with_their_formulas() -> None:
    assert entropy(np.array([[0.5, 0.5, 0.0]])) == pytest.approx(np.log(2))
    assert margin(np.array([[0.2, 0.7, 0.1]])) == pytest.approx(0.5)


def test_a_story_that_is_told_again_is_left_out() -> None:
    told = "Acme Holdings raises its outlook for the year after strong demand for chips in Asia"
    texts = [told, f"{told} - report", "Oil falls as stocks build in the United States for a third week"]
    kept, repeats = once_told([document(id=str(at), title=text) for at, text in enumerate(texts)])
    assert ([one.id for one in kept], repeats) == (["0", "2"], 1)
