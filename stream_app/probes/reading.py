"""What the model says of texts, by the path that `score --input` takes, each name being a given mention."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from stream_app.events.topics import NEWS, SOCIAL
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.score_lines import Line, read_line
from stream_app.pipeline.score_texts import TextScorer
from stream_app.pipeline.scores import LabelProbabilities, Unscored
from stream_app.probes.texts import Text

PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)
"""Of every text: no score depends on it."""
_AT_ONCE = 256
_TOPICS = {"news": NEWS.name, "social": SOCIAL.name}


@dataclass(frozen=True, slots=True)
class Answer:
    """The most probable label, as an index into `tensors.LABELS`, and the polarity, -1..1."""

    label: int
    polarity: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said of a text and of its judged name, None where it is not scored; whether the name is `linked`."""

    text: Answer | None
    name: Answer | None
    linked: bool


NOTHING = Reading(None, None, linked=False)


async def read_texts(
    scorer: TextScorer, texts: Iterable[Text], report: Callable[[int, int], None] = lambda _, __: None
) -> Mapping[Text, Reading]:
    """Return the reading of each text, which is scored once; `report` hears how many of how many are done."""
    distinct = list(dict.fromkeys(texts))
    found: dict[Text, Reading] = {}
    for start in range(0, len(distinct), _AT_ONCE):
        batch = distinct[start : start + _AT_ONCE]
        scored = await scorer.score([_line(one) for one in batch])
        found |= zip(batch, map(_reading, scored), strict=True)
        report(len(found), len(distinct))
    return found


def _line(text: Text) -> Line | Rejection:
    fields: dict[str, object] = {"text": text.text}
    if text.names:
        fields["mentions"] = [{"start": start, "end": end} for start, end in text.names]
    return read_line(json.dumps(fields).encode(), _TOPICS[text.kind], now=PUBLISHED)


def _reading(scored: Scored | Rejection) -> Reading:
    if isinstance(scored, Rejection) or isinstance(scored.scores, Unscored):
        return NOTHING
    given: Sequence[object] = scored.scores.entities
    first = scored.scores.entities[0] if given else None
    return Reading(
        text=_answer(scored.scores.probabilities),
        name=None if first is None or isinstance(first, Unscored) else _answer(first.probabilities),
        linked=bool(given) and scored.linked.entities[0].entity is not None,
    )


def _answer(probabilities: LabelProbabilities) -> Answer:
    negative, _, positive = probabilities
    return Answer(max(range(len(probabilities)), key=probabilities.__getitem__), positive - negative)
