"""Vectors of entities are learned from what the graph says, and measured on what it says beside that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.errors import DataError
from stream_app.knowledge.graph import make_graph
from stream_app.training.entity_vectors.complex_model import VectorConfig, learn, questions, score_all
from stream_app.training.entity_vectors.ranking import Ranking, by_chance, by_popularity, ranked
from stream_app.training.entity_vectors.run import embed
from stream_app.training.entity_vectors.statements import Statements, statements_of
from tests.graphs import two_fields

CONFIG = VectorConfig(rank=8, epochs=30, batch_rows=32, negatives=16, regularisation=0.02)


def pairs(rows: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> set[frozenset[int]]:
    return {frozenset((source, target)) for source, _, target in rows.tolist()}


@given(seed=st.integers(0, 1000), share=st.floats(0.01, 0.5))
@settings(max_examples=30)
def test_no_pair_is_on_both_sides_and_nobody_is_met_in_the_test_alone(seed: int, share: float) -> None:
    """`A supplies B` never stands in training when `B customer_of A` is asked for."""
    found = statements_of(two_fields(), share=share, seed=seed)
    assert not pairs(found.learned) & pairs(found.held_out)
    assert set(found.held_out[:, [0, 2]].ravel()) <= set(found.learned[:, [0, 2]].ravel())
    assert 0 < len(pairs(found.held_out)) <= max(1, round(share * len(pairs(found.all))))
    whole = statements_of(two_fields(), share=0, seed=seed)
    assert sorted(found.all.tolist()) == sorted(whole.all.tolist())


def test_what_relations_imply_is_not_learned_a_second_time() -> None:
    assert "belongs_to_industry" not in statements_of(two_fields(), share=0, seed=0).relations


def test_graph_without_statements_is_refused() -> None:
    with pytest.raises(DataError, match="no statement to learn from"):
        statements_of(make_graph(two_fields().entities, (), relations=()), share=0.1, seed=0)


def test_held_out_statements_are_told_better_than_by_popularity_and_chance() -> None:
    found = embed(two_fields(), CONFIG, held_out=0.15, report=lambda *_: None)
    told = found.rankings
    assert told["complex"].mrr > 1.3 * told["popularity"].mrr
    assert told["popularity"].mrr > told["chance"].mrr


def test_one_seed_gives_one_set_of_vectors_and_another_gives_others() -> None:
    graph = two_fields()
    first, again, other = (
        embed(graph, replace(CONFIG, seed=seed), held_out=0, report=lambda *_: None).vectors for seed in (1, 1, 2)
    )
    assert (first.vectors == again.vectors).all()
    assert not (first.vectors == other.vectors).all()


def test_entities_of_one_field_are_near() -> None:
    vectors = embed(two_fields(), CONFIG, held_out=0, report=lambda *_: None).vectors
    near = [entity for entity, _ in vectors.nearest("company:chips-0") if entity.startswith("company:")]
    assert sum("chips" in entity for entity in near[:11]) >= 9


def test_score_tells_who_supplies_whom() -> None:
    """The relation has a direction, which a symmetric score would not tell."""
    found = statements_of(two_fields(), share=0, seed=0)
    model = learn(found, found.all, CONFIG, report=lambda *_: None)
    supplies = found.relations.index("supplies")
    rows = found.all[found.all[:, 1] == supplies]
    forward = score_all(model, rows)[np.arange(len(rows)), rows[:, 2]]
    back = score_all(model, rows[:, [2, 1, 0]])[np.arange(len(rows)), rows[:, 0]]
    assert (forward > back).mean() > 0.9


def made(held_out: list[tuple[int, int, int]], learned: list[tuple[int, int, int]]) -> Statements:
    rows = (np.array(part, np.int64).reshape(-1, 3) for part in (learned, held_out))
    return Statements(("a", "b", "c", "d"), ("likes",), *rows)


def test_rank_leaves_out_other_right_answers_and_shares_ties() -> None:
    statements = made([(0, 0, 1)], [(0, 0, 2)])
    scores = {0: [0.1, 0.5, 0.9, 0.5], 1: [0.4, 0.4, 0.4, 0.4]}

    def score(
        asked: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return np.array([scores[row[1]] for row in asked.tolist()], np.float32)

    found = ranked(statements, score)
    # c is right, too, so only d ties with b: rank 1.5; of the question turned round all four tie: 2.5
    assert found == Ranking(pytest.approx((1 / 1.5 + 1 / 2.5) / 2), 0.0, 1.0, 2)


def test_model_that_says_the_same_of_all_is_worth_a_middle_rank() -> None:
    statements = statements_of(two_fields(), share=0.2, seed=3)
    found = ranked(statements, lambda asked: np.zeros((len(asked), len(statements.entities)), np.float32))
    assert found.hits_1 == 0
    assert found.mrr < by_chance(statements).mrr


def test_popularity_counts_answers_of_the_same_question() -> None:
    statements = made([(0, 0, 1)], [(2, 0, 1), (3, 0, 1), (3, 0, 2)])
    asked = questions(statements.held_out, 1)
    assert by_popularity(statements)(asked).tolist() == [[0, 2, 1, 0], [0, 0, 1, 2]]
