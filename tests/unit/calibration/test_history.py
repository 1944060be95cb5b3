"""A history knows at each close what was known then, and nothing of what came after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from stream_app.calibration.history import History
from stream_app.calibration.shocks import DatedShock, check_known_in_time, dated_shocks
from stream_app.errors import DataError
from stream_app.knowledge.dependence import DependenceKind
from tests.calibration_world import CLOSES_AFTER, TICKERS, market
from tests.causal_world import PARAMETERS, name, shocking

MADE = market({DependenceKind.SUPPLIES: 1.0}, days=260)
HISTORY = MADE.history


def test_later_prices_change_nothing_of_what_was_known() -> None:
    day = 220
    other = [bar.model_copy(update={"close": bar.close * 3}) if _day(bar.start) > day else bar for bar in MADE.bars]
    changed = History.of(other, TICKERS, closes_after=CLOSES_AFTER)
    for before, after in ((HISTORY.abnormal, changed.abnormal), (HISTORY.usual, changed.usual)):
        np.testing.assert_array_equal(before[: day + 1], after[: day + 1])
    assert not np.array_equal(HISTORY.moves(1)[day], changed.moves(1)[day])
    np.testing.assert_array_equal(HISTORY.moves(1)[:day], changed.moves(1)[:day])


def _day(start: datetime) -> int:
    return HISTORY.days.index(start.date())


def test_moves_begin_after_the_close_and_are_unknown_at_the_end() -> None:
    moves = HISTORY.moves(3)
    expected = HISTORY.abnormal[201:204].sum(axis=0) / (HISTORY.usual[200] * np.sqrt(3))
    np.testing.assert_allclose(moves[200], expected)
    assert np.isnan(moves[-3:]).all()
    assert np.isfinite(moves[-4]).all()


def test_usual_moves_are_about_one() -> None:
    assert 0.9 < float(np.nanstd(HISTORY.moves(1))) < 1.15


def test_what_comes_at_the_close_counts_from_the_next_close() -> None:
    close = HISTORY.closings[200]
    assert HISTORY.day_of(np.array([close - 1, close, close + 1])).tolist() == [200, 201, 201]


def test_two_bars_of_one_day_are_refused() -> None:
    with pytest.raises(DataError, match="two bars"):
        History.of([*MADE.bars[:5], MADE.bars[0]], TICKERS, closes_after=CLOSES_AFTER)


def test_of_two_shares_of_one_company_one_counts_on_all_days() -> None:
    twin = [
        bar.model_copy(update={"ticker": "T0.B", "close": bar.close / 1500}) for bar in MADE.bars if bar.ticker == "T0"
    ]
    holed = [bar for bar in MADE.bars if not (bar.ticker == "T0" and _day(bar.start) in {90, 150, 230})]
    entities = {**TICKERS, "T0.B": TICKERS["T0"]}
    both = History.of([*holed, *twin], entities, closes_after=CLOSES_AFTER)
    np.testing.assert_allclose(both.abnormal, HISTORY.abnormal)
    one = History.of([*MADE.bars, *twin[:-1]], entities, closes_after=CLOSES_AFTER)
    np.testing.assert_array_equal(one.abnormal, HISTORY.abnormal)


def test_bars_of_nobody_are_refused() -> None:
    with pytest.raises(DataError, match="no bar is of a company"):
        History.of(MADE.bars[:5], {}, closes_after=CLOSES_AFTER)


def _at(day: int, hour: int) -> datetime:
    one = HISTORY.days[day]
    return datetime(one.year, one.month, one.day, hour, tzinfo=UTC)


def test_a_story_of_a_day_counts_once_by_its_strongest_document() -> None:
    events = [
        shocking(1, polarity=-0.3, story_id="one", published_at=_at(200, 10)),
        shocking(2, polarity=-0.8, story_id="one", published_at=_at(200, 12)),
        shocking(3, polarity=0.5, story_id="two", published_at=_at(200, 21)),
        shocking(4, polarity=0.5, story_id="late", published_at=_at(259, 21)),
    ]
    found = dated_shocks(events, HISTORY, PARAMETERS)
    assert [(one.day, one.story, round(one.value, 2)) for one in found] == [(200, "one", -0.8), (201, "two", 0.5)]


def test_a_shock_that_counts_before_it_was_known_is_refused() -> None:
    shock = DatedShock(200, _at(200, 0) + CLOSES_AFTER - timedelta(seconds=1), name(0), 1.0, "story", None)
    check_known_in_time([shock], HISTORY)
    leaking = DatedShock(199, shock.at, name(0), 1.0, "story", None)
    with pytest.raises(DataError, match="look-ahead"):
        check_known_in_time([leaking], HISTORY)
