"""Texts alone get what the stream would say of them, and given spans exactly what was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.adapters.memory_model import MemoryModel
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.entity import EntityKind
from stream_app.events.verdict import Verdict
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, make_graph
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.encoding import Encoder
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.score_lines import read_line
from stream_app.pipeline.score_texts import TextScorer
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.tensors import TOPICS

TOKENIZER = Path(__file__).parents[3] / "model_repo" / "fusion" / "1" / "tokenizer.json"
NOW = datetime(2024, 5, 2, 13, 30, tzinfo=UTC)
TITLE = "Siemens beats Boeing, says Unilever"
NAMES = ("Siemens", "Boeing", "Unilever")
_T = TypeVar("_T")


async def here(work: Callable[[], _T]) -> _T:
    return work()


def why_unread(linked: LinkedDocument) -> str | None:
    return "language de is not read" if linked.document.lang == "de" else None


@cache
def scorer() -> TextScorer:
    entities = [Entity(f"company:{name.lower()}", EntityKind.COMPANY, name) for name in NAMES]
    graph = make_graph(entities, [Alias(one.name, one.id, AliasStyle.NAME, 0.95) for one in entities], relations=[])
    encoder = Encoder(TOKENIZER.read_text(encoding="utf-8"))
    topics = [f"topic-{number}" for number in range(TOPICS)]
    reader = Reader(MemoryModel(), encoder, topics=topics, why_unread=why_unread)
    return TextScorer(reader, Snapshot(graph.version, Linker(graph)), compute=here)


async def judge(*lines: dict[str, Any] | bytes) -> Sequence[Verdict | Rejection]:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return await scorer().judge([read_line(line, "news.raw", now=NOW) for line in raw])


async def verdict_of(**fields: Any) -> Verdict:
    (found,) = await judge(fields)
    assert isinstance(found, Verdict)
    return found


def span(name: str) -> dict[str, int]:
    return {"start": TITLE.index(name), "end": TITLE.index(name) + len(name)}


async def test_without_spans_the_entities_of_the_text_come_in_its_order() -> None:
    found = await verdict_of(title=TITLE)
    assert [one.entity and one.entity.name for one in found.entities] == list(NAMES)
    assert all(one.polarity is not None and one.unscored is None for one in found.entities)
    assert (found.causal.relations, found.risks, found.unscored) == ((), (), None)
    assert found.causal.probability is not None


async def test_given_spans_alone_are_scored_in_their_order_known_or_not() -> None:
    found = await verdict_of(title=TITLE, mentions=[span("Unilever"), span("says"), span("Siemens")])
    assert [one.entity and one.entity.id for one in found.entities] == ["company:unilever", None, "company:siemens"]
    assert [one.mentions[0].text for one in found.entities] == ["Unilever", "says", "Siemens"]
    assert all(one.probabilities is not None for one in found.entities)
    assert found.entities[1].link_confidence is None


async def test_a_span_around_a_name_is_what_the_name_is() -> None:
    around = span("Boeing") | {"end": TITLE.index(",") + 1}
    found = await verdict_of(title=TITLE, mentions=[around])
    assert found.entities[0].entity is not None
    assert found.entities[0].entity.id == "company:boeing"
    assert found.entities[0].mentions[0].text == "Boeing,"


async def test_each_entity_has_what_the_text_states_and_the_text_its_causes() -> None:
    found = await verdict_of(text="Boeing halts output after fire at Siemens, denies Unilever recall")
    told = [(one.shock.move, one.shock.modality) for one in found.entities if one.shock]
    assert [(move < 0, modality) for move, modality in told] == [(True, "stated"), (True, "stated"), (True, "denied")]
    (relation,) = found.causal.relations
    assert (relation.effect, relation.field) == ((0, 19), "body")


async def test_a_language_that_rules_do_not_read_has_no_shock() -> None:
    found = await verdict_of(title="Siemens meldet einen Brand im Werk und streicht die Prognose", lang="de")
    assert [one.shock for one in found.entities] == [None]


async def test_no_spans_given_means_no_entities() -> None:
    found = await verdict_of(title=TITLE, mentions=[])
    assert found.entities == ()
    assert found.document_sentiment is not None


async def test_a_text_that_the_model_does_not_read_keeps_its_entities_and_says_why() -> None:
    found = await verdict_of(title=TITLE, lang="de")
    assert (found.document_sentiment, found.topic) == (None, None)
    assert found.unscored == "language de is not read"
    assert {one.unscored for one in found.entities} == {found.unscored}
    assert [one.polarity for one in found.entities] == [None, None, None]


async def test_every_line_has_its_answer_in_its_place() -> None:
    first, bad, last = await judge({"title": TITLE}, b"{broken", {"text": "Boeing falls"})
    assert isinstance(first, Verdict)
    assert isinstance(bad, Rejection)
    assert bad.kind is ErrorKind.NOT_JSON
    assert isinstance(last, Verdict)
    assert [one.entity and one.entity.name for one in last.entities] == ["Boeing"]


async def test_each_text_is_judged_alone() -> None:
    once = await judge({"title": TITLE})
    twice = await judge({"title": TITLE}, {"title": TITLE})
    assert [*twice] == [*once, *once]
    assert isinstance(once[0], Verdict)
    assert {one.novelty for one in once[0].entities} == {1.0}


@given(st.lists(st.tuples(st.integers(0, len(TITLE) - 1), st.integers(1, 12)), max_size=12))
@settings(max_examples=40)
async def test_any_spans_give_one_answer_each_and_exactly_those_spans(chosen: list[tuple[int, int]]) -> None:
    spans = [(start, min(start + length, len(TITLE))) for start, length in chosen]
    found = await verdict_of(title=TITLE, mentions=[{"start": start, "end": end} for start, end in spans])
    assert [(one.mentions[0].start, one.mentions[0].end) for one in found.entities] == spans
    assert all((one.polarity is None) == (one.unscored is not None) for one in found.entities)
