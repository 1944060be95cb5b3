"""What texts state of their entities: the written cases, and what holds of any text."""

from __future__ import annotations

import re
from itertools import chain
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.events.entity import EntityKind
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, Mention
from stream_app.pipeline.statements import CausalReading, EntityStatement, Statements, state
from stream_app.pipeline.statements.lexicon import grades, natures, table, words_of
from stream_app.pipeline.statements.phrases import PASSED_ON
from tests.factories import KG_VERSION, document, entity
from tests.stated import Case, cases, marked

CASES = cases()
ENGLISH = [case for case in CASES if case.marked.isascii()]
WORDS = sorted({*words_of("en"), *words_of("zh"), ", ", "? ", "。", "; ", "Ford", "25%", "福特"})
KINDS = tuple(EntityKind)


def stated(text: str) -> tuple[EntityStatement, ...]:
    found = state(marked(text)).entities
    return tuple(one for one in found if one is not None)


def sign(move: float) -> str:
    return "+" if move > 0 else "-" if move < 0 else "0"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.marked)
def test_each_name_moves_as_the_text_says(case: Case) -> None:
    found = stated(case.marked)
    told = [(sign(one.move), one.modality, one.role) for one in found]
    assert [told[: len(wanted)] for told, wanted in zip(told, case.expected, strict=True)] == list(case.expected)


@pytest.mark.parametrize("case", ENGLISH, ids=lambda case: case.marked)
def test_a_could_never_makes_anything_surer(case: Case) -> None:
    unsure = re.sub(r"> ", "> could ", case.marked, count=1)
    for plain, other in zip(stated(case.marked), stated(unsure), strict=True):
        assert other.certainty <= plain.certainty


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.marked)
def test_what_is_denied_is_not_believed_and_what_is_stated_is_believed_most(case: Case) -> None:
    for one in stated(case.marked):
        assert (one.certainty == 0) == (one.modality == "denied")
        assert (one.certainty < 0.7) == (one.modality in {"hypothetical", "denied"})


@st.composite
def documents(draw: st.DrawFn) -> LinkedDocument:
    words = draw(st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=40))
    text = draw(st.sampled_from([" ", ""])).join(words)
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(1, 9), st.sampled_from(KINDS)), max_size=6))
    field = draw(st.sampled_from(["title", "body"]))
    of = document(title="", lang=draw(st.sampled_from(["en", "zh", None]))) if field == "body" else document(title=text)
    if field == "body":
        of = document(title="", body=text)
    entities = tuple(
        LinkedEntity(entity(f"{kind}:{number}", kind=kind), (Mention(field, start, min(start + size, len(text))),), 0.9)
        for number, (start, size, kind) in enumerate(spans)
        if start < len(text)
    )
    return LinkedDocument(of, entities, KG_VERSION)


@given(documents())
@settings(max_examples=300)
def test_any_text_gives_each_entity_one_statement_whose_spans_lie_in_it(linked: LinkedDocument) -> None:
    found = state(linked)
    assert len(found.entities) == len(linked.entities)
    assert found == state(linked)
    told = [one for one in found.entities if one is not None]
    assert all(-1 <= one.move <= 1 and 0 <= one.certainty <= 1 for one in told)
    spans = [(one.field, one.words) for one in told if one.words]
    relations = chain(found.relations, (one.relation for one in told if one.relation))
    spans.extend((one.field, span) for one in relations for span in (one.cause, one.effect))
    assert all(0 <= start < end <= len(linked.document.text_of(field)) for field, (start, end) in spans)


def test_verb_with_nothing_behind_it_ends_no_reading() -> None:
    """A post of the stocknet history, that once failed: “profit” at its end is read as a verb without an object."""
    text = "Exit to close I SOLD 25% of my <$GOOG> POSITION FOR 12.80 just bought it at 1.21$\nThis is 9579% profit"
    (found,) = state(marked(text)).entities
    assert found is not None
    assert -1 <= found.move <= 1


@pytest.mark.parametrize(
    "text",
    [
        "<{}> wins as <{}> loses out",
        "<{}> sues <{}>",
        "<{}> falls while <{}> rallies on record orders",
        "<{}> halts output after fire at supplier <{}>",
        "<{}> loses contract to <{}>",
        "<{}>中标，<{}>亏损",
    ],
)
def test_names_exchanged_exchange_what_is_said_of_them(text: str) -> None:
    one, other = (stated(text.format(*names)) for names in (("Boeing", "Airbus"), ("Airbus", "Boeing")))
    assert [said.move for said in one] == [said.move for said in other]
    linked = marked(text.format("Boeing", "Airbus"))
    turned = LinkedDocument(linked.document, linked.entities[::-1], KG_VERSION)
    assert state(turned).entities == state(linked).entities[::-1]


@pytest.mark.parametrize(
    ("milder", "stronger"),
    [
        ("<Ford> may halt output", "<Ford> halts output"),
        ("<Ford> slips", "<Ford> plunges"),
        ("<Ford> unlikely to halt output", "<Ford> may halt output"),
        ("<Ford> resumes output", "<Ford> wins contract"),
        ("<福特>可能停产", "<福特>停产"),
    ],
)
def test_milder_words_weigh_less(milder: str, stronger: str) -> None:
    (less,), (more,) = stated(milder), stated(stronger)
    assert abs(less.move) * less.certainty < abs(more.move) * more.certainty


@pytest.mark.parametrize(
    ("text", "tense"),
    [
        ("<Ford> halts output", "present"),
        ("<Ford> halted output", "past"),
        ("<Ford> will halt output", "future"),
        ("<Ford> to halt output", "future"),
        ("<Ford> was fined", "past"),
    ],
)
def test_tense_is_that_of_the_verb(text: str, tense: str) -> None:
    (said,) = stated(text)
    assert (sign(said.move), said.tense) == ("-", tense)


@pytest.mark.parametrize(
    ("text", "cause", "effect"),
    [
        ("<Ford> halts output after a fire at a supplier", "a fire at a supplier", "Ford halts output"),
        ("After a fire, <Ford> halts output", "a fire", "Ford halts output"),
        ("A fire at <Novelis> led to a shutdown at <Ford>", "A fire at Novelis", "a shutdown at Ford"),
        ("<Intel> falls on weak demand", "weak demand", "Intel falls"),
        ("受火灾影响，<福特>停产", "火灾", "福特停产"),
        ("火灾导致<福特>停产", "火灾", "福特停产"),
    ],
)
def test_cause_and_effect_are_the_sides_of_what_joins_them(text: str, cause: str, effect: str) -> None:
    linked = marked(text)
    title = linked.document.title
    (found,) = state(linked).relations
    assert (title[slice(*found.cause)], title[slice(*found.effect)]) == (cause, effect)


def test_a_title_counts_more_than_the_body() -> None:
    linked = marked("<Ford> halts output")
    first = linked.entities[0]
    body = "Ford may resume output. Ford denies it."
    mentions = (*first.mentions, Mention("body", 0, 4), Mention("body", 24, 28))
    whole = LinkedDocument(
        document(title="Ford halts output", body=body), (LinkedEntity(first.entity, mentions, 0.9),), KG_VERSION
    )
    (said,) = state(whole).entities
    assert said is not None
    assert (sign(said.move), said.modality, said.field) == ("-", "stated", "title")


def test_other_languages_are_left_unread() -> None:
    linked = marked("<Siemens> streicht Stellen und schließt ein Werk nach dem Brand", lang="de")
    assert state(linked) == Statements((None,))


def test_a_model_may_add_its_reading() -> None:
    linked = marked("<Ford> halts output after fire")
    reading = CausalReading(0.9, (((24, 28), (0, 17)),))
    found = state(linked, reading)
    assert (found.probability, [(one.cause, one.effect) for one in found.relations]) == (0.9, [((24, 28), (0, 17))])
    (said,), (by_rules,) = found.entities, state(linked).entities
    assert said is not None
    assert by_rules is not None
    assert (said.role, said.relation) == ("effect", found.relations[0])
    assert (said.move, said.modality, said.words) == (by_rules.move, by_rules.modality, by_rules.words)
    assert state(linked, CausalReading(0.1)).relations == state(linked).relations


def test_names_that_a_models_relations_leave_out_stay_where_the_rules_put_them() -> None:
    linked = marked("<TSMC> halts output after fire, <Apple> warns")
    outside = CausalReading(0.9, (((24, 28), (6, 17)),))
    assert state(linked, outside).entities == state(linked).entities


@pytest.mark.parametrize(
    "piece", ["Ford halts output after fire, ", "fears of ", "Ford and Ford, ", "福特停产因火灾，", "a"]
)
def test_huge_texts_take_little_time(piece: str) -> None:
    body = piece * (250_000 // len(piece))
    mentions = tuple(Mention("body", found.start(), found.end()) for found in re.finditer("Ford|福特", body))
    linked = LinkedDocument(
        document(title="", body=body, lang="en"), (LinkedEntity(entity("company:ford"), mentions, 0.9),), KG_VERSION
    )
    begun = process_time()
    state(linked)
    assert process_time() - begun < 10


def test_tables_name_only_what_is_known() -> None:
    known = {*natures(), *PASSED_ON, "high", "low"}
    for language in ("en", "zh"):
        assert {row["nature"] for row in table(f"nouns_{language}")} <= known
        assert {row["nature"] for row in table(f"verbs_{language}")} - {""} <= natures().keys()
        marks = [row for row in table(f"cues_{language}") if row["kind"] in {"before", "both", "noun", "quantifier"}]
        assert {row["value"] for row in marks} <= grades().keys()


@pytest.mark.parametrize(
    ("marked", "is_sure"), [("<Swine fever:macro_indicator>", True), ("<Exports:macro_indicator>", False)]
)
def test_what_rules_read_of_a_dreaded_indicator_is_surer_than_its_tone(marked: str, *, is_sure: bool) -> None:
    (found,) = stated(f"{marked} spreads")
    assert (sign(found.move), found.sure) == ("+", is_sure)
