"""Rules and a model as two witnesses of what is stated: they agree, one of them is silent, or they contradict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.statements.joining import joined
from stream_app.pipeline.statements.statement import EntityStatement, Modality
from stream_app.pipeline.tensors import STATEMENTS

SILENT = EntityStatement()
HALTS = EntityStatement(move=-0.9, modality="stated", certainty=1.0, words=(5, 10), side="supply")


def told(**chances: float) -> list[float]:
    """Return probabilities of `STATEMENTS`; what these leave is shared by the others."""
    rest = (1 - sum(chances.values())) / (len(STATEMENTS) - len(chances))
    return [chances.get(name, rest) for name in STATEMENTS]


def test_what_both_say_is_told_in_the_words_that_rules_found() -> None:
    assert joined(HALTS, told(stated_down=0.7)) == HALTS


@pytest.mark.parametrize(
    ("name", "modality", "certainty", "tense"),
    [
        ("stated_down", "stated", 1.0, "present"),
        ("hypothetical_down", "hypothetical", 0.4, "future"),
        ("denied_down", "denied", 0.0, "present"),
        ("ended_down", "ended", 1.0, "present"),
    ],
)
def test_where_rules_are_silent_the_model_tells(name: str, modality: str, certainty: float, tense: str) -> None:
    said = joined(SILENT, told(**{name: 0.8}))
    assert (said.modality, said.certainty, said.tense) == (modality, certainty, tense)
    assert said.move < -0.6
    assert said.words is None


def test_way_of_the_rules_stays_where_only_the_manner_differs() -> None:
    said = joined(HALTS, told(denied_down=0.9))
    assert (said.move, said.words, said.side) == (HALTS.move, HALTS.words, HALTS.side)
    assert (said.modality, said.certainty) == ("denied", 0.0)


def test_a_model_that_is_sure_overrules_words_that_tell_the_other_way() -> None:
    said = joined(HALTS, told(ended_up=0.95))
    assert said.modality == "ended"
    assert said.move > 0.5
    assert (said.words, said.side) == (None, None)


def test_a_model_that_wavers_does_not() -> None:
    assert joined(HALTS, told(stated_down=0.3, ended_up=0.4)) == HALTS


def test_a_model_that_sees_both_ways_leaves_it_to_the_rules() -> None:
    assert joined(SILENT, told(stated_up=0.4, stated_down=0.35)) == SILENT


def test_nothing_is_said_of_a_name_in_passing() -> None:
    assert joined(SILENT, told(nothing=0.6)) == SILENT
    said = joined(HALTS, told(nothing=0.97))
    assert (said.move, said.words, said.side) == (0.0, None, None)


def test_words_with_one_meaning_together_are_believed_over_a_model_that_adds_them_up() -> None:
    opens = EntityStatement(move=0.7, sure=True)
    assert joined(opens, told(stated_down=0.9)).move > 0.5
    assert joined(replace(opens, sure=False), told(stated_down=0.9)).move < 0


def test_what_only_sounds_like_a_move_is_none() -> None:
    assert joined(EntityStatement(sure=True), told(stated_down=0.7)).move == 0
    assert joined(EntityStatement(words=(0, 5)), told(stated_down=0.7)).move == 0  # a rate that is held
    assert joined(SILENT, told(stated_down=0.7)).move < 0


def test_a_model_does_not_state_what_words_call_possible() -> None:
    said = replace(HALTS, modality="hypothetical", certainty=0.5)
    assert joined(said, told(stated_down=0.95)) == said
    assert joined(said, told(denied_down=0.95)).modality == "denied"


@given(
    chances=st.lists(st.floats(0, 1), min_size=len(STATEMENTS), max_size=len(STATEMENTS)).filter(
        lambda one: sum(one) > 0
    ),
    move=st.floats(-1, 1),
    modality=st.sampled_from(["stated", "hypothetical", "denied", "ended"]),
)
def test_whatever_they_say_it_is_a_statement(chances: list[float], move: float, modality: Modality) -> None:
    before = EntityStatement(move=move, modality=modality, certainty=0.0 if modality == "denied" else 0.5)
    said = joined(before, [one / sum(chances) for one in chances])
    assert -1 <= said.move <= 1
    assert (said.modality == "denied") <= (said.certainty == 0)


@given(chance=st.floats(0.2, 0.9), more=st.floats(0.01, 0.1))
def test_the_surer_the_model_the_larger_the_move(chance: float, more: float) -> None:
    moves = [joined(SILENT, told(stated_up=one)).move for one in (chance, chance + more)]
    assert 0 <= moves[0] <= moves[1]
