"""The table of the market's ablation: how well each variant tells the next bar's direction on days after its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stream_app.errors import DataError
from stream_app.research.ablation.figures import Floats, Weights, area, matthews, mean
from stream_app.research.ablation.market_model import TEXT, VARIANTS, MarketConfig, Numbers, directions, inputs_of
from stream_app.research.ablation.market_rows import Rows
from stream_app.research.backtest.bootstrap import Interval, draw

DOUBTFUL = 0.55
"""Area under the curve from which on none is believed: about a daily coefficient of 0.1, as in the back-test."""
_FIRST = date(1970, 1, 1)
_Figure = Callable[[Floats, NDArray[np.bool_], Floats], float]


@dataclass(frozen=True, slots=True)
class Split:
    """Last days of training and of validation; what follows is tested on."""

    train_until: date
    validate_until: date

    def parts(self, days: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which rows learn, which say when to stop, and which are tested; DataError where one has none."""
        first, second = ((one - _FIRST).days for one in (self.train_until, self.validate_until))
        found = days <= first, (days > first) & (days <= second), days > second
        for name, part in zip(("training", "validation", "the test"), found, strict=True):
            if not part.any():
                raise DataError(f"no row is left for {name}: choose other days by --train-until and --validate-until")
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """A variant on the test days, means over seeds; gains are over text alone."""

    accuracy: Interval
    correlation: Interval
    area: Interval
    area_gain: Interval


@dataclass(frozen=True, slots=True)
class MarketStudy:
    """Of each variant what it told; `base_rate` is the accuracy of the side that was the more frequent in training."""

    told: Mapping[str, Told]
    base_rate: Interval
    rows: tuple[int, int, int]
    days: int
    missing: float

    @property
    def doubtful(self) -> list[str]:
        """Return the variants that are too good to be believed."""
        return [name for name, one in self.told.items() if (one.area.value or 0) > DOUBTFUL]


def study(
    rows: Rows,
    vectors: Numbers | None,
    split: Split,
    *,
    config: MarketConfig,
    samples: int,
    report: Callable[[int, int], None],
) -> MarketStudy:
    """Return the table; intervals are of days drawn anew in blocks. `report` hears of models learned, and of how many.

    Without `vectors` the variants that read them are left out.
    """
    train, check, test = split.parts(rows.days)
    variants = [one for one in VARIANTS if vectors is not None or not one.vectors]
    chances: dict[str, list[Floats]] = {}
    for variant in variants:
        inputs = inputs_of(rows, vectors, variant, train=train)
        for seed in range(config.seeds):
            told = directions(rows, inputs, train=train, check=check, config=config, seed=seed)
            chances.setdefault(variant.name, []).append(told[test])
            report(sum(map(len, chances.values())), len(variants) * config.seeds)
    days, draws = _draws(rows.days[test], samples)
    up = rows.up[test]
    usual = np.full(len(up), rows.up[train].mean() > 0.5) == up  # noqa: PLR2004  (the larger half)
    return MarketStudy(
        {name: _told(found, chances[TEXT.name], up=up, draws=draws) for name, found in chances.items()},
        draws.interval(lambda weights: mean(usual.astype(np.float64), weights)),
        (int(train.sum()), int(check.sum()), int(test.sum())),
        days,
        float(rows.missing.mean()),
    )


def _draws(days: NDArray[np.int64], samples: int) -> tuple[int, Weights]:
    """Return how many days there are, and how often each row counts when whole days are drawn in blocks."""
    known, number = np.unique(days, return_inverse=True)
    drawn = draw(len(known), samples=samples, span=1, seed=0).days
    counts = np.array([np.bincount(one, minlength=len(known)) for one in drawn], np.int32).reshape(-1, len(known))
    return len(known), Weights(counts[:, number])


def _told(found: list[Floats], text: list[Floats], *, up: NDArray[np.bool_], draws: Weights) -> Told:
    def over_seeds(figure: _Figure, chances: list[Floats]) -> Callable[[Floats], float]:
        return lambda weights: float(np.mean([figure(one, up, weights) for one in chances]))

    areas, areas_of_text = over_seeds(area, found), over_seeds(area, text)
    return Told(
        draws.interval(over_seeds(_accuracy, found)),
        draws.interval(over_seeds(_correlation, found)),
        draws.interval(areas),
        draws.interval(lambda weights: areas(weights) - areas_of_text(weights)),
    )


def _accuracy(chances: Floats, up: NDArray[np.bool_], weights: Floats) -> float:
    return mean(((chances > 0.5) == up).astype(np.float64), weights)  # noqa: PLR2004  (the likelier side)


def _correlation(chances: Floats, up: NDArray[np.bool_], weights: Floats) -> float:
    return matthews(chances > 0.5, up, weights)  # noqa: PLR2004  (the likelier side)
