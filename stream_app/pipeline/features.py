"""Numbers that accompany a text into the fusion model: the entity's place in the graph, the document's context.

Training and serving both call these functions, so that the model meets the same features in both.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES

SECTORS = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
)
REGIONS = {"US": 0, "CN": 1, "HK": 1, "TW": 1, "IN": 2, "JP": 3, "GB": 4}
_EUROPE = frozenset("DE FR NL IT ES CH SE BE AT FI DK NO IE LU PL PT GR".split())
_EUROPE_REGION, _ELSEWHERE_REGION, _REGION_COUNT = 5, 6, 7
_KINDS = tuple(kind for kind in EntityKind if kind is not EntityKind.ORGANISATION)  # younger than the model

# Layout of the vector: [linked, kinds, sectors, regions, degree, confidence, listed]
_KIND_AT = 1
_SECTOR_AT = _KIND_AT + len(_KINDS)
_REGION_AT = _SECTOR_AT + len(SECTORS)
_DEGREE_AT = _REGION_AT + _REGION_COUNT
_CONFIDENCE_AT = _DEGREE_AT + 1
_LISTED_AT = _CONFIDENCE_AT + 1
KG_FEATURES_USED = _LISTED_AT + 1
KIND_FEATURES = _SECTOR_AT
"""The first of them, which say whether the mention is linked, and to what kind of entity."""

_DEGREE_SCALE = 8.0
_REACH_SCALE = 16.0


def _region(country: str) -> int:
    return _EUROPE_REGION if country in _EUROPE else REGIONS.get(country, _ELSEWHERE_REGION)


def kg_features(entity: Entity | None, link_confidence: float) -> NDArray[np.float32]:
    """Return `[KG_FEATURES]` for one mention; all zeros for a mention that is linked to nothing."""
    if entity is None:
        return np.zeros(KG_FEATURES, dtype=np.float32)
    vector = kind_features(entity.kind)
    if entity.sector in SECTORS:
        vector[_SECTOR_AT + SECTORS.index(entity.sector)] = 1.0
    if entity.country is not None:
        vector[_REGION_AT + _region(entity.country)] = 1.0
    vector[_DEGREE_AT] = math.log1p(entity.degree) / _DEGREE_SCALE
    vector[_CONFIDENCE_AT] = link_confidence
    vector[_LISTED_AT] = float(entity.ticker is not None)
    return vector


def kind_features(kind: EntityKind) -> NDArray[np.float32]:
    """Return `[KG_FEATURES]` for a mention of which no more is known than that it is linked to one of this kind."""
    vector = np.zeros(KG_FEATURES, dtype=np.float32)
    vector[0] = 1.0
    if kind in _KINDS:
        vector[_KIND_AT + _KINDS.index(kind)] = 1.0
    return vector


def context_features(
    source_kind: str, *, followers: int | None, likes: int | None, reposts: int | None, replies: int | None
) -> NDArray[np.float32]:
    """Return `[CONTEXT_FEATURES]`: `source_kind` is `news` or `social`; None means not known."""
    counts = (followers, likes, reposts, replies)
    vector = np.zeros(CONTEXT_FEATURES, dtype=np.float32)
    vector[0] = float(source_kind == "news")
    vector[1] = float(source_kind == "social")
    vector[2] = float(followers is not None)
    vector[3] = float(any(count is not None for count in counts[1:]))
    for place, count in enumerate(counts, start=4):
        vector[place] = math.log1p(max(count or 0, 0)) / _REACH_SCALE
    return vector
