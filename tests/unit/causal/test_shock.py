"""What an event does to its own entity: sizes multiply, stated moves decide, possibilities weigh less than facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.causal.shock import shock_of, told_as
from stream_app.events.document import Author
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.events.stated_shock import StatedShock
from tests.causal_world import PARAMETERS, shocking
from tests.factories import START, hours


def stated(move: float, modality: str = "stated", certainty: float = 1.0) -> StatedShock:
    return StatedShock(move=move, modality=modality, tense="past", role="cause", certainty=certainty)


def value_of(polarity: float = -0.8, kind: EntityKind = EntityKind.COMPANY, **fields: Any) -> float:
    entity = EntityRef(id=f"{kind}:it", name="It", kind=kind)
    shock = shock_of(shocking(polarity=polarity, entity=entity, **fields), PARAMETERS)
    return shock.value if shock else 0.0


@given(parts=st.tuples(*[st.floats(0, 1)] * 3), polarity=st.floats(-1, 1))
def test_size_is_polarity_times_confidence_relevance_and_novelty(
    parts: tuple[float, float, float], polarity: float
) -> None:
    link, relevance, novelty = parts
    value = value_of(polarity, link_confidence=link, relevance=relevance, novelty=novelty)
    assert value == pytest.approx(polarity * link * relevance * novelty)


def test_of_a_text_without_scores_the_stated_move_counts_alone() -> None:
    entity = EntityRef(id="company:it", name="It", kind=EntityKind.COMPANY)
    unscored: dict[str, Any] = {"entity": entity, "polarity": None, "relevance": None}
    told = shock_of(shocking(**unscored, shock=stated(-0.9)), PARAMETERS)
    assert told is not None
    assert told.value == pytest.approx(-0.9 * PARAMETERS.stated_relevance)
    assert shock_of(shocking(**unscored, shock=stated(0.0)), PARAMETERS) is None
    assert shock_of(shocking(**unscored), PARAMETERS) is None


def test_of_who_does_something_to_another_tone_tells_little() -> None:
    assert value_of(shock=stated(0.0)) == pytest.approx(PARAMETERS.doer * value_of())
    assert value_of(shock=stated(0.0).model_copy(update={"role": "mentioned"})) == value_of()
    assert value_of(shock=stated(-0.9)) == pytest.approx(-0.9)


def test_a_possibility_weighs_less_than_a_fact_and_a_denial_nothing() -> None:
    fact, possible = value_of(shock=stated(-0.9)), value_of(shock=stated(-0.9, "hypothetical", 0.5))
    assert fact < possible < 0
    assert value_of(shock=stated(-0.9, "denied", 0.0)) == 0


def test_what_a_company_buys_is_moved_as_stated_however_its_own_prospects_sound() -> None:
    cut = stated(-0.9).model_copy(update={"side": "purchases"})
    assert value_of(0.6, shock=cut) == value_of(-0.6, shock=cut) == pytest.approx(-0.9)


def test_what_is_over_is_a_mild_shock_the_other_way_however_grim_its_words() -> None:
    assert 0 < value_of(-0.7, shock=stated(0.4, "ended")) < 0.4


@pytest.mark.parametrize("kind", [EntityKind.COMMODITY, EntityKind.CURRENCY, EntityKind.CENTRAL_BANK])
def test_for_prices_and_rates_the_stated_move_decides_and_tone_nearly_nothing(kind: EntityKind) -> None:
    assert value_of(-0.9, kind, shock=stated(0.8)) == pytest.approx(0.8)
    assert abs(value_of(-0.9, kind)) <= 0.3


def test_for_fortunes_the_stronger_of_tone_and_move_decides_and_their_sum_where_they_differ() -> None:
    assert value_of(-0.2, shock=stated(-0.9)) == pytest.approx(-0.9)
    assert value_of(-0.9, shock=stated(-0.2)) == pytest.approx(-0.9)
    assert value_of(0.3, shock=stated(-0.9)) == pytest.approx(-0.6)


def test_of_whom_a_move_is_stated_the_document_is() -> None:
    assert value_of(relevance=0.1) == pytest.approx(-0.08)
    assert value_of(relevance=0.1, shock=stated(-0.8)) == pytest.approx(-0.8 * PARAMETERS.stated_relevance)


def test_an_event_without_entity_or_score_is_no_shock() -> None:
    assert shock_of(shocking(entity=None), PARAMETERS) is None
    assert shock_of(shocking(polarity=None), PARAMETERS) is None


def posted(number: int = 0, followers: int = 3, **fields: Any) -> dict[str, Any]:
    """Return the fields of a post by an account with so many followers."""
    return {"source_kind": "social", "author": Author(handle=f"bot{number}", followers=followers)} | fields


def test_a_stranger_is_worth_less_than_a_known_account_and_that_less_than_a_wire() -> None:
    assert value_of() < value_of(**posted(followers=50_000)) < value_of(**posted()) < 0


def test_what_strangers_say_of_one_entity_within_a_day_is_one_story() -> None:
    told = {told_as(shocking(number, at=START + hours(number % 5), **posted(number))) for number in range(50)}
    assert len(told) == 1
    assert told_as(shocking(1, at=START + hours(24), **posted())) not in told
    assert told_as(shocking(1, company=2, **posted())) not in told
    assert told_as(shocking(7)) == shocking(7).story_id


def test_strangers_do_not_end_what_others_have_said() -> None:
    over = stated(0.4, "ended")
    wire, bot = (shock_of(shocking(shock=over, **fields), PARAMETERS) for fields in ({}, posted()))
    assert wire is not None
    assert bot is not None
    assert (wire.ends, bot.ends) == (True, False)
