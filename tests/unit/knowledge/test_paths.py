"""Paths between entities: the strongest first, of bounded length, through nobody twice, of their time."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.paths import Path, Step, steps_in_force, strongest_paths
from stream_app.knowledge.sentences import statement, transmission


def supplies(source: str, target: str, weight: float = 0.5, **fields: object) -> Dependence:
    """Return a statement whose shocks go forward alone."""
    sign = -1 if weight < 0 else 1
    passing = Transmission(sign, abs(weight))
    usual = {"delay_hours": 0.0, "half_life_hours": 1.0, "origin": "10-K", "confidence": 1.0} | fields
    return Dependence(source, DependenceKind.SUPPLIES, target, passing, None, **usual)  # type: ignore[arg-type]


def ways(*dependences: Dependence, start: str = "a", end: str = "d", hops: int = 3, most: int = 9) -> list[Path]:
    """Return the strongest paths of these statements."""
    return strongest_paths(steps_in_force(dependences, None), start, end=end, hops=hops, most=most)


def _ends(path: Path) -> str:
    return path.steps[0].start + "".join(step.end for step in path.steps)


def test_strength_is_the_product_of_the_steps_and_their_signs() -> None:
    (path,) = ways(supplies("a", "b", 0.5), supplies("b", "d", -0.5, confidence=0.5))
    assert path.strength == -0.125


def test_the_strongest_comes_first_and_as_many_as_asked_for() -> None:
    facts = [supplies("a", "d", 0.1), supplies("a", "b", 0.9), supplies("b", "d", 0.9), supplies("b", "c", 0.9)]
    facts.append(supplies("c", "d", 0.9))
    assert [_ends(path) for path in ways(*facts)] == ["abd", "abcd", "ad"]
    assert [_ends(path) for path in ways(*facts, most=1)] == ["abd"]
    assert [_ends(path) for path in ways(*facts, hops=1)] == ["ad"]


def test_a_cycle_ends() -> None:
    assert [_ends(path) for path in ways(supplies("a", "b"), supplies("b", "a"), supplies("b", "d"), hops=5)] == ["abd"]


def test_a_shock_goes_backward_where_the_statement_says_so() -> None:
    fact = Dependence("d", DependenceKind.OWNS, "a", None, Transmission(1, 0.3), 0, 1, "annual report", 1.0)
    assert [_ends(path) for path in ways(fact)] == ["ad"]
    assert ways(fact, start="d", end="a") == []


def test_only_what_holds_at_the_time_counts() -> None:
    old = supplies("a", "d", valid_to=datetime(2020, 1, 1, tzinfo=UTC))
    assert list(steps_in_force([old], datetime(2021, 1, 1, tzinfo=UTC))) == []
    assert len(list(steps_in_force([old], datetime(2019, 1, 1, tzinfo=UTC)))) == 1


@given(st.lists(st.builds(supplies, *[st.sampled_from("abcdef")] * 2, st.floats(0.05, 1)), max_size=20))
def test_paths_are_simple_bounded_and_in_falling_strength(facts: list[Dependence]) -> None:
    found = ways(*facts)
    assert all(len(set(_ends(path))) == len(_ends(path)) <= 4 for path in found)
    assert all(_ends(path)[0] == "a" and _ends(path)[-1] == "d" for path in found)
    assert all(abs(first.strength) >= abs(second.strength) - 1e-12 for first, second in pairwise(found))


def test_sentences_say_who_does_what_to_whom_and_since_when() -> None:
    names = {"company:a": "Alpha", "company:b": "Beta", "commodity:cocoa": "Cocoa"}
    fact = supplies("company:a", "company:b", 0.25, share=0.4, valid_from=datetime(2014, 1, 1, tzinfo=UTC))
    assert statement(fact, names) == "Alpha supplies Beta (40% of its sales; since 2014-01-01)"
    (step,) = steps_in_force([fact], None)
    assert transmission(step, names) == "if Alpha falls, Beta falls (weight 0.25)"
    dear = supplies("commodity:cocoa", "company:b", -0.3)
    assert transmission(Step("commodity:cocoa", "company:b", dear, Transmission(-1, 0.3)), names) == (
        "if the price of Cocoa rises, Beta falls (weight 0.30)"
    )
