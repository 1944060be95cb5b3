"""The table of the graph's ablation: accuracy of each variant by group of dev mentions, and its gain over serving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.knowledge.vectors import EntityVectors
from stream_app.research.ablation.figures import Weights, draw_groups, mean
from stream_app.research.ablation.graph import FEATURES, VARIANTS, HeadConfig, Variant, judged
from stream_app.research.ablation.mentions import Mentions
from stream_app.research.backtest.bootstrap import Interval

_Right = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cell:
    """A variant on a group: mean accuracy over seeds, and what it has beyond that of the served features."""

    accuracy: Interval
    gain: Interval
    mentions: int


@dataclass(frozen=True, slots=True)
class GraphStudy:
    """Of each variant the cells by group; `never_met` counts dev mentions whose entity no training text marks."""

    cells: Mapping[str, Mapping[str, Cell]]
    never_met: int
    config: HeadConfig


def study(
    mentions: Mentions,
    vectors: EntityVectors,
    config: HeadConfig,
    *,
    samples: int,
    report: Callable[[int, int], None],
) -> GraphStudy:
    """Return the table; intervals are of texts drawn anew. `report` hears of heads learned, and of how many."""
    done, whole = 0, len(VARIANTS) * config.seeds * (1 + config.folds)

    def learned() -> None:
        nonlocal done
        done += 1
        report(done, whole)

    right = {one.name: judged(mentions, vectors, one, config=config, report=learned) for one in VARIANTS}
    groups = _groups(mentions)
    draws = draw_groups(mentions.texts[mentions.dev], samples=samples, seed=0)
    cells = {one.name: _cells(right, one, groups=groups, draws=draws) for one in VARIANTS}
    return GraphStudy(cells, int(groups["never met"].sum()), config)


def _groups(mentions: Mentions) -> dict[str, _Right]:
    met = {one for one, dev in zip(mentions.entities, mentions.dev, strict=True) if one is not None and not dev}
    asked = [one for one, dev in zip(mentions.entities, mentions.dev, strict=True) if dev]
    linked = np.array([one is not None for one in asked])
    known = np.array([one in met for one in asked])
    return {"all": np.ones(len(asked), np.bool_), "met": known, "not linked": ~linked, "never met": linked & ~known}


def _cells(
    right: Mapping[str, tuple[_Right, _Right]], variant: Variant, *, groups: Mapping[str, _Right], draws: Weights
) -> dict[str, Cell]:
    (met, unmet), (served, served_unmet) = right[variant.name], right[FEATURES.name]
    return {
        "all": _cell(met, served, group=groups["all"], draws=draws),
        "met": _cell(met, served, group=groups["met"], draws=draws),
        "held out": _cell(unmet, served_unmet, group=groups["met"], draws=draws),
        "not linked": _cell(met, served, group=groups["not linked"], draws=draws),
    }


def _cell(right: _Right, served: _Right, *, group: _Right, draws: Weights) -> Cell:
    share, against = right.mean(axis=0), served.mean(axis=0)
    return Cell(
        draws.interval(lambda weights: mean(share, weights * group)),
        draws.interval(lambda weights: mean(share - against, weights * group)),
        int(group.sum()),
    )
