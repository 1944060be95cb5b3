"""Which documents are compared, and what the comparison of two versions comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stream_app.pipeline.agreement import Agreement, in_share, pairs_of
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.scores import DocumentScores, EntityScores, LabelProbabilities, Unscored
from tests.model_rows import linked_document

RISES: LabelProbabilities = (0.1, 0.2, 0.7)
FALLS: LabelProbabilities = (0.6, 0.3, 0.1)


def scored(document: LabelProbabilities, *entities: LabelProbabilities | Unscored) -> Scored:
    names = ["Acme", "Bell", "Cord"][: len(entities)]
    scores = DocumentScores(
        probabilities=document,
        topic="earnings",
        topic_probability=0.9,
        entities=tuple(one if isinstance(one, Unscored) else EntityScores(one, 0.5, ()) for one in entities),
        evidence=(),
    )
    return Scored(linked_document(" ".join(names), names=names), scores)


def test_document_and_each_entity_are_one_pair() -> None:
    pairs = pairs_of(scored(RISES, RISES, FALLS), scored(RISES, FALLS, FALLS))
    assert [pair.same_label for pair in pairs] == [True, False, True]
    assert [pair.difference for pair in pairs] == pytest.approx([0.0, 1.1, 0.0])


def test_what_one_version_did_not_score_is_left_out() -> None:
    cut = Unscored("too long")
    assert len(pairs_of(scored(RISES, RISES, cut), scored(RISES, cut, FALLS))) == 1
    assert pairs_of(replace(scored(RISES), scores=cut), scored(RISES)) == ()


def test_figures_are_over_all_pairs() -> None:
    found = Agreement().plus(pairs_of(scored(RISES, RISES), scored(RISES, FALLS)))
    found = found.plus(pairs_of(scored(FALLS), scored(FALLS)))
    assert (found.documents, found.labels, found.same) == (2, 3, 2)
    assert found.share_same == pytest.approx(2 / 3)
    assert found.mean_difference == pytest.approx(1.1 / 3)
    assert Agreement().share_same is Agreement().mean_difference is None


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 1.0])
def test_share_of_the_documents_is_the_one_that_is_asked_for(share: float) -> None:
    ids = [f"document-{number}" for number in range(10_000)]
    chosen = [one for one in ids if in_share(one, share)]
    assert len(chosen) / len(ids) == pytest.approx(share, abs=0.015)
    assert [one for one in ids if in_share(one, share)] == chosen


def test_larger_share_holds_the_smaller_one() -> None:
    ids = [f"document-{number}" for number in range(1000)]
    assert {one for one in ids if in_share(one, 0.1)} < {one for one in ids if in_share(one, 0.2)}
