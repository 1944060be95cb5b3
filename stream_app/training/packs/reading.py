"""A text read by a finished run of a pack: the terms that it names, each with its probability and graph entry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stream_app.pipeline.tagging import best_tags, tag_spans
from stream_app.pipeline.text import normalise_for_model
from stream_app.training.packs.judging import SWITCH, read
from stream_app.training.packs.labelled import Labelled
from stream_app.training.packs.rows import PackCollator
from stream_app.training.packs.run import PackModel
from stream_app.training.temperature import Temperature


@dataclass(frozen=True, slots=True)
class Tagged:
    """Characters [start, end) of a text and what they are; `term` is the graph's id of them, None if it has none."""

    start: int
    end: int
    text: str
    head: str
    label: str
    probability: float
    term: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said of a text: a class with its probability for each document head, and the tagged spans."""

    text: str
    classes: dict[str, tuple[str, float]]
    spans: tuple[Tagged, ...]


def read_text(model: PackModel, text: str) -> Reading:
    """Return what the run says of a text, which is read as the model reads it (links and blanks made one)."""
    pack, text = model.record.pack, normalise_for_model(text)
    batch = PackCollator(pack, model.corpus).batch([Labelled("", text, {}, {})])
    terms = [(one.start, one.end, one.term.id) for one in model.corpus.graph.find(text)]
    classes: dict[str, tuple[str, float]] = {}
    spans: list[Tagged] = []
    for head in (head for head in pack.heads if head.kind != "mention"):
        temperature = model.record.temperatures.get(head.name, Temperature())
        chances = temperature.applied(read(model.network, batch)[head.name][0])
        if head.kind == "document":
            classes[head.name] = (model.record.classes[head.name][int(chances.argmax())], float(chances.max()))
            continue
        words = np.flatnonzero(batch.tokens[0][:, 0] < batch.tokens[0][:, 1])
        tags = best_tags(chances[words].astype(np.float32), head.classes, switch=SWITCH)
        for label, (first, last) in tag_spans(tags, head.classes):
            start, end = int(batch.tokens[0][words[first], 0]), int(batch.tokens[0][words[last - 1], 1])
            sure = float(chances[words[first:last], tags[first:last]].min())
            term = next((name for left, right, name in terms if left < end and start < right), None)
            spans.append(Tagged(start, end, text[start:end], head.name, label, sure, term))
    return Reading(text, classes, tuple(sorted(spans, key=lambda one: one.start)))
