"""Corrections to examples: whose text is an event's, in which document, and at which characters.

An event does not carry its text. It says which document it is of and where that names the entity; the document stands
in the input topic, or in a file. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stream_app.events.correction import Correction
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.documents import Mention, TextDocument
from stream_app.pipeline.model_text import ModelText, model_text
from stream_app.pipeline.scripts import language_by_script
from stream_app.pipeline.tensors import LABELS, MENTION_SLOTS
from stream_app.training.examples import Example
from stream_app.training.examples import Mention as Marked

SET_NAME = "corrections"


@dataclass(frozen=True, slots=True)
class Place:
    """What an event speaks of: a document as a whole where `mentions` is None, else an entity where it is named."""

    document_id: str
    mentions: tuple[Mention, ...] | None


@dataclass(frozen=True, slots=True)
class Joined:
    """Corrected texts, one example each, and how many corrections could not be used, by the reason."""

    examples: tuple[Example, ...]
    used: int
    left_out: Counter[str]


def place_of(event: SentimentEvent) -> Place:
    """Return what an event speaks of."""
    if event.entity is None:
        return Place(event.document_id, None)
    return Place(event.document_id, tuple(Mention(one.field, one.start, one.end) for one in event.mentions))


def join(
    corrections: Mapping[str, Correction],
    places: Mapping[str, Place],
    documents: Mapping[str, TextDocument],
    *,
    topics: Sequence[str],
) -> Joined:
    """Return the corrections, by event id, as examples; `places` are by event id, `documents` by their id."""
    left_out: Counter[str] = Counter()
    found: defaultdict[str, list[tuple[Correction, Place]]] = defaultdict(list)
    for event_id, correction in corrections.items():
        place = places.get(event_id)
        if place is None:
            left_out["the event is not there"] += 1
        elif place.document_id not in documents:
            left_out["the document is not there"] += 1
        elif place.mentions is not None and not _seen(place.mentions, model_text(documents[place.document_id])):
            left_out["the text does not name the entity"] += 1
        elif _is_foreign(documents[place.document_id]):
            left_out["the text is in another script than English"] += 1
        else:
            found[place.document_id].append((correction, place))
    examples = tuple(_example(documents[name], ones, topics) for name, ones in found.items())
    return Joined(examples, sum(map(len, found.values())), left_out)


def _example(document: TextDocument, corrections: Iterable[tuple[Correction, Place]], topics: Sequence[str]) -> Example:
    text = model_text(document)
    whole: int | None = None
    topic: str | None = None
    marked: list[Marked] = []
    for correction, place in corrections:
        label = LABELS.index(correction.label)
        topic = correction.topic if correction.topic in topics else topic
        if place.mentions is None:
            whole = label
        else:
            marked += [Marked(start, end, label, salient=True) for start, end in _seen(place.mentions, text)]
    mentions = tuple(marked[:MENTION_SLOTS])
    return Example(SET_NAME, text.text, document.source_kind, document=whole, topic=topic, mentions=mentions)


def _is_foreign(document: TextDocument) -> bool:
    """Tell whether another network read the text, whose label teaches the one that reads English nothing."""
    return language_by_script(model_text(document).text, document.lang) is not None


def _seen(mentions: Iterable[Mention], text: ModelText) -> list[tuple[int, int]]:
    """Return where the mentions stand in the text that the model reads."""
    places = text.places(mentions)
    return [(start, end) for start, end in places if start < end <= len(text.text)]
