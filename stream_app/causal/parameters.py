"""The numbers of the model, as one value: priors are shipped as data, and a fit may put others in their place."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.curve import UNCHANGED, Curve
from stream_app.causal.ways import CHANNELS, WAYS, way_name
from stream_app.events.entity import EntityKind
from stream_app.events.sentiment_event import Topic
from stream_app.events.stated_shock import Side
from stream_app.events.voice import Grade
from stream_app.knowledge.dependence import DependenceKind

DEFAULT_TOPIC = "general_news"
_VERSION_HEX_DIGITS = 8
_TURNABLE = (DependenceKind.COMPETES_WITH.value,)


@dataclass(frozen=True)
class CausalParameters:
    """What turns shocks into probabilities; see `docs/causal.md`.

    `base_rate`: score of an abnormal move to one side without any news. `probability_rate`: how fast the score
    grows with an effect. `calibration`: what makes a probability of a score. `usual_days_at_full_severity`: usual
    daily moves that severity 1 stands for. `damping`: for each relation after the first. `floor`: what carries less
    is not followed further. `least_alive`: an effect that is smaller is forgotten. `strengths`: factor of a way
    such as `supplies.forward`, 1 where none is given. `tone`: how far mere tone moves an entity of a kind.
    `modality`: factor of a stated shock. `doer`: share of the tone that counts for whom a text puts into a cause,
    with no move of its own: of who cuts orders or sues, it is the deed that sounds bad. `prominence`: exponent
    by which those whom a shock reaches count more who deal with many; 0 chooses by the effect alone.
    `stated_relevance`: least relevance of whom a move is stated. `hasten`: how many times faster effects fade once
    their cause has ended. `transmission`: factor by topic and channel (`causal.ways.CHANNELS`). `voices`: how much
    of a shock is believed of a source by its grade. `sides`: factors that take the place of the topic's where a
    text says what of a company moves. A factor below 0 lets rivals go with a company, not against it.
    """

    name: str
    base_rate: float
    probability_rate: float
    usual_days_at_full_severity: float
    floor: float
    damping: float
    least_alive: float
    strengths: Mapping[str, float]
    tone: Mapping[EntityKind, float]
    modality: Mapping[str, float]
    stated_relevance: float
    hasten: float
    voices: Mapping[Grade, float]
    transmission: Mapping[str, Mapping[str, float]]
    doer: float = 1.0
    prominence: float = 0.0
    calibration: Curve = UNCHANGED
    sides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.base_rate < 1 or min(self.probability_rate, self.usual_days_at_full_severity) <= 0:
            raise ValueError("base_rate lies in [0, 1), and the rates are above 0")
        if not 0 <= self.damping <= 1 or min(self.floor, self.least_alive) < 0 or self.hasten < 1:
            raise ValueError("damping lies in 0..1, floors are not negative, hasten is at least 1")
        if DEFAULT_TOPIC not in self.transmission:
            raise ValueError(f"the transmission table has no row {DEFAULT_TOPIC}")
        rows = (*self.transmission.values(), *self.sides.values())
        if any(factor < 0 for row in rows for channel, factor in row.items() if channel not in _TURNABLE):
            raise ValueError(f"only {', '.join(_TURNABLE)} may carry a shock as it is, by a factor below 0")
        if unknown := {channel for row in rows for channel in row} - CHANNELS.keys():
            raise ValueError(f"the transmission table names {min(unknown)}: it knows {', '.join(CHANNELS)}")

    @cached_property
    def version(self) -> str:
        """Name and a hash of the content: equal numbers, equal versions."""
        digest = hashlib.sha256(to_json(self).encode()).hexdigest()
        return f"{self.name}-{digest[:_VERSION_HEX_DIGITS]}"

    @cached_property
    def _own(self) -> NDArray[np.float64]:
        return np.array([self.strengths.get(way_name(way), 1.0) for way in range(WAYS)])

    @cached_property
    def _of_topics(self) -> Mapping[str, NDArray[np.float32]]:
        return {topic: (self._own * _by_way(row)).astype(np.float32) for topic, row in self.transmission.items()}

    @cached_property
    def _of_sides(self) -> Mapping[str, NDArray[np.float32]]:
        """What each side puts in the place of its topic's factors `[ways]`; no number where it says nothing."""
        return {
            side: (self._own * _by_way(row, otherwise=np.nan)).astype(np.float32) for side, row in self.sides.items()
        }

    def rates(self, topic: Topic | None, side: Side | None = None) -> NDArray[np.float32]:
        """Return the factor of each way of an arc `[ways]`: the side's, else the topic's as far as that is sure."""
        rates = self._rates_of(topic)
        if side is None or side not in self._of_sides:
            return rates
        of_side = self._of_sides[side]
        return np.where(np.isnan(of_side), rates, of_side)

    def _rates_of(self, topic: Topic | None) -> NDArray[np.float32]:
        usual = self._of_topics[DEFAULT_TOPIC]
        if topic is None or topic.label not in self._of_topics:
            return usual
        sure = np.float32(topic.probability)
        return sure * self._of_topics[topic.label] + (1 - sure) * usual


def _by_way(row: Mapping[str, float], *, otherwise: float = 1.0) -> NDArray[np.float64]:
    factors = np.full(WAYS, otherwise)
    for channel, factor in row.items():
        factors[list(CHANNELS[channel])] = factor
    return factors


def shipped_parameters() -> CausalParameters:
    """Return the priors that come with the code."""
    data = resources.files("stream_app.causal").joinpath("data")
    fields = json.loads(data.joinpath("parameters.json").read_text("utf-8"))
    tables = {name: _factors(data.joinpath(f"{name}.csv").read_text("utf-8")) for name in ("transmission", "sides")}
    return from_json(json.dumps(fields | tables))


def _factors(table: str) -> dict[str, dict[str, float]]:
    """Return the rows of a table by their first column, with the factor of each channel; empty cells say nothing."""
    head, *rows = csv.reader(line for line in table.splitlines() if not line.startswith("#"))
    return {
        row[0]: {channel: float(cell) for channel, cell in zip(head[1:], row[1:], strict=True) if cell} for row in rows
    }


def from_json(text: str) -> CausalParameters:
    """Return the parameters that `to_json` wrote; ValueError where they are none."""
    try:
        fields = json.loads(text)
        tone = {EntityKind(kind): float(part) for kind, part in fields.pop("tone").items()}
        curve = Curve(**fields.pop("calibration", {}))
        voices = {Grade(grade): float(part) for grade, part in fields.pop("voices").items()}
        return CausalParameters(tone=tone, voices=voices, calibration=curve, **fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"these are no causal parameters: {error!r}") from error


def to_json(parameters: CausalParameters) -> str:
    """Return the parameters as JSON, the same text for the same numbers."""
    return json.dumps(asdict(parameters), sort_keys=True)
