"""Vectors of companies on a plane: those of one sector should lie together, and one can see which do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.vectors import EntityVectors
from stream_app.pipeline.features import SECTORS
from stream_app.research.charts.canvas import INK, svg

Floats = NDArray[np.float64]
_NAMED, _SHOWN = 30, 1000
_RIDGE = 1e-3
_COLOURS = (
    "#2f6db3", "#d9822b", "#c9a227", "#5b5f66", "#2a9d8f", "#b83b3b", "#7a4ea3", "#3aa0d9", "#8a6d3b", "#d16ba5",
    "#6b8e23",
)  # fmt: skip


def plane(vectors: Floats, groups: NDArray[np.int64]) -> Floats:
    """Return `[rows, 2]`: the two directions that tell the groups of rows apart best (Fisher's linear discriminant)."""
    _, number = np.unique(groups, return_inverse=True)
    means = np.array([vectors[number == one].mean(axis=0) for one in range(number.max() + 1)], np.float64)
    within = np.cov((vectors - means[number]).T) + _RIDGE * np.eye(vectors.shape[1])
    sizes, axes = np.linalg.eigh(within)
    whitened = axes / np.sqrt(sizes)
    centre = vectors.mean(axis=0)
    _, _, directions = np.linalg.svd((means - centre) @ whitened, full_matrices=True)
    first = directions[:2]
    signs = np.sign(first[np.arange(len(first)), np.abs(first).argmax(axis=1)])  # a direction has no side of its own
    found: Floats = (vectors - centre) @ whitened @ (first * signs[:, None]).T
    return found


def companies_by_sector(entities: Sequence[Entity], vectors: EntityVectors) -> str:
    """Return the picture: a dot for each company with a sector, of those with most relations, and the names of some."""
    place = {entity: at for at, entity in enumerate(vectors.entities)}
    companies = [one for one in entities if one.kind is EntityKind.COMPANY and one.sector in SECTORS]
    shown = sorted((one for one in companies if one.id in place), key=lambda one: (-one.degree, one.id))[:_SHOWN]
    named = shown[:_NAMED]

    def draw(figure: Any) -> None:  # noqa: ANN401  (matplotlib's)
        axes = figure.subplots()
        axes.set_axis_off()
        if len(shown) > 1:
            sectors = np.array([SECTORS.index(one.sector or "") for one in shown], np.int64)
            own = vectors.unit()[[place[one.id] for one in shown]].astype(np.float64)
            points = dict(zip(shown, plane(own, sectors), strict=True))
            _dots(axes, points)
            for one in named:
                axes.annotate(one.name, points[one], fontsize=7, color=INK, xytext=(3, 2), textcoords="offset points")
        axes.set_title(f"Vectors of {len(shown):,} companies of {vectors.kg_version}, where sectors differ most")

    return svg(draw, height=7.0)


def _dots(axes: Any, points: dict[Entity, Floats]) -> None:  # noqa: ANN401  (matplotlib's)
    for sector, colour in zip(SECTORS, _COLOURS, strict=True):
        own = np.array([point for one, point in points.items() if one.sector == sector])
        if len(own):
            axes.scatter(own[:, 0], own[:, 1], s=9, color=colour, label=sector, linewidths=0, alpha=0.8)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
