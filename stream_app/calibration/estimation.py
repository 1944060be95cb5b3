"""Strengths of relations and topics from a stretch of history: which terms there are, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.history import History
from stream_app.calibration.panel import Panel
from stream_app.calibration.strengths import ridge_to_prior
from stream_app.causal.parameters import CausalParameters
from stream_app.causal.ways import WAYS, way_name

Floats = NDArray[np.float64]
AHEAD_DAYS = 5
_PRIOR_SPREAD = 1.0
"""A prior may well be wrong by as much as it is."""
_LEAST_ROWS = 200
OWN, LEVEL = "own news", "level"


@dataclass(frozen=True, slots=True)
class Strength:
    """A factor with its standard error; 1 is the prior. `from_prior` is the part in 0..1 that the prior decided.

    The own news and the level of moves, which are beside the point, have no prior: usual daily moves for a full shock.
    """

    name: str
    value: float
    error: float
    from_prior: float
    rows: int


def estimate_ways(
    panel: Panel, history: History, days: NDArray[np.int64], *, parameters: CausalParameters, same_day: bool = False
) -> tuple[Strength, ...]:
    """Return the factor of each way through which at least 200 rows are reached.

    `same_day` regresses the move that ends at the close at which the shocks are known: association, no prediction.
    """
    names = [way_name(way) for way in range(WAYS)]
    return _estimate(panel, history, days, terms=(names, panel.fresh), parameters=parameters, same_day=same_day)


def estimate_topics(
    panel: Panel, history: History, days: NDArray[np.int64], *, parameters: CausalParameters
) -> tuple[Strength, ...]:
    """Return the factor of each topic, on all its relations alike."""
    names = sorted(parameters.transmission)
    return _estimate(panel, history, days, terms=(names, panel.by_topic), parameters=parameters)


def _estimate(
    panel: Panel,
    history: History,
    days: NDArray[np.int64],
    *,
    terms: tuple[Sequence[str], Floats],
    parameters: CausalParameters,
    same_day: bool = False,
) -> tuple[Strength, ...]:
    names, table = terms
    ahead = 1 if same_day else AHEAD_DAYS
    # In usual daily moves, as severity is, over the whole horizon.
    moves = (history.same_day() if same_day else history.moves(ahead) * np.sqrt(ahead))[days]
    known = np.isfinite(moves)
    if not same_day:
        known &= (days + ahead <= days.max())[:, np.newaxis]
    reached = np.count_nonzero(table[days][known], axis=0)
    used = np.flatnonzero(reached >= _LEAST_ROWS)
    columns = parameters.usual_days_at_full_severity * table[days][known][:, used]
    own = panel.own[days][known]
    design = np.column_stack([columns, own, np.ones(len(own))])
    prior = np.append(np.ones(len(used)), [0.0, 0.0])
    spread = np.append(np.full(len(used), _PRIOR_SPREAD), [np.inf, np.inf])
    at = np.broadcast_to(days[:, np.newaxis], known.shape)[known]
    found = ridge_to_prior(design, moves[known], at, prior=prior, spread=spread, lags=ahead)
    labels = [*(names[place] for place in used), OWN, LEVEL]
    rows = [*reached[used].tolist(), int(np.count_nonzero(own)), len(own)]
    values = (one.tolist() for one in (found.values, found.errors, found.from_prior))
    return tuple(Strength(*row) for row in zip(labels, *values, rows, strict=True))


def with_strengths(
    parameters: CausalParameters, ways: Sequence[Strength], topics: Sequence[Strength], *, name: str
) -> CausalParameters:
    """Return the parameters with these factors in place; a factor below nothing becomes nothing."""
    strengths = {one.name: _factor(one) for one in ways if one.name not in {OWN, LEVEL}}
    factors = {one.name: _factor(one) for one in topics}
    table: Mapping[str, Mapping[str, float]] = {
        topic: {kind: round(value * factors.get(topic, 1.0), 4) for kind, value in row.items()}
        for topic, row in parameters.transmission.items()
    }
    return replace(parameters, name=name, strengths={**parameters.strengths, **strengths}, transmission=table)


def _factor(one: Strength) -> float:
    return round(max(one.value, 0.0), 4)
