"""The line that a person gets of a chosen text is about the name that the method asks for."""

from __future__ import annotations

import numpy as np
import orjson
import pytest

from stream_app.errors import DataError
from stream_app.events.document import SourceKind
from stream_app.events.topics import NEWS, SOCIAL
from stream_app.pipeline.scores import DocumentScores, EntityScores
from stream_app.training.labelling.answers import Answer
from stream_app.training.labelling.choice import Method
from stream_app.training.labelling.reading import selected
from stream_app.training.labelling.selection import Judged, Wanted, select
from tests.factories import RECEIVED, document, linked

CLOSE, FLAT = (0.02, 0.5, 0.48), (0.31, 0.27, 0.42)
"""The first has the least margin, the second the most entropy."""


def answer(kind: SourceKind = "news") -> Answer:
    """Return what a model might say of a text with two names."""
    whole = linked(document(source_kind=kind), apple="Apple", boeing="Boeing")
    names = tuple(EntityScores(chances, 0.9, ()) for chances in (CLOSE, FLAT))
    scores = DocumentScores((0.2, 0.3, 0.5), "earnings", 0.9, names, ())
    vector = np.array([1.0, 0.0])
    return Answer(whole, whole.document.title, scores, np.array([0.5, 0.5]), vector, 9, 0)


@pytest.mark.parametrize(("method", "between"), [(Method.MARGIN, CLOSE), (Method.ENTROPY, FLAT)])
def test_the_name_is_the_one_that_the_method_finds_least_sure(method: Method, between: tuple[float, ...]) -> None:
    wanted = Wanted(1, method, Judged.MENTION)
    (line,) = select([answer()], wanted, version="model-test", topics=("earnings", "macro"))
    first, second = sorted(between, reverse=True)[:2]
    assert line["why"]["margin"] == pytest.approx(first - second)


@pytest.mark.parametrize("kind", ["news", "social"])
def test_a_post_comes_back_as_a_post_and_news_as_news(kind: SourceKind) -> None:
    lines = select(
        [answer(kind)], Wanted(1, Method.MARGIN, Judged.DOCUMENT), version="model-test", topics=("earnings", "macro")
    )
    _, texts = selected(map(orjson.dumps, lines), NEWS.name, now=RECEIVED)
    assert [one.source_kind for one in texts.values()] == [kind]


def test_a_line_without_a_topic_has_the_one_that_is_given_and_no_other_is_taken() -> None:
    (line,) = select([answer()], Wanted(1, Method.MARGIN, Judged.DOCUMENT), version="model-test", topics=("earnings",))
    del line["topic"]
    _, texts = selected([orjson.dumps(line)], SOCIAL.name, now=RECEIVED)
    assert [one.source_kind for one in texts.values()] == ["social"]
    with pytest.raises(DataError, match=r"line 1 .*'bars' is none of news.raw, social.raw"):
        selected([orjson.dumps(line | {"topic": "bars"})], NEWS.name, now=RECEIVED)
