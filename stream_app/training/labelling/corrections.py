"""Corrections to examples: whose text is an event's, in which document, and at which characters.

An event does not carry its text. It says which document it is of and where that names the entity; the document stands
in the input topic, or in a file. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stream_app.events.correction import Correction
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.documents import Mention, TextDocument
from stream_app.pipeline.model_text import ModelText, model_text
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
    """Corrected texts, and how many corrections could not be used, by the reason.

    A text is one example, or as many as its names need that have no room in one.
    """

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
    places: Mapping[str, Place | None],
    documents: Mapping[str, TextDocument],
    *,
    topics: Sequence[str],
    reads: Callable[[TextDocument], bool],
) -> Joined:
    """Return the corrections, by event id, as examples; `places` are by event id, `documents` by their id.

    A place is None where its event cannot be read; `reads` tells whether the network that learns reads a document. Each
    version of the model has events of its own, so one name may be corrected by several: the latest correction holds.
    """
    left_out: Counter[str] = Counter()
    found: defaultdict[str, list[_Told]] = defaultdict(list)
    for event_id, correction in corrections.items():
        place = places.get(event_id)
        if place is None:
            left_out["the event cannot be read" if event_id in places else "the event is not there"] += 1
        elif (document := documents.get(place.document_id)) is None:
            left_out["the document is not there"] += 1
        elif (told := _told(correction, place, document)) is None:
            left_out["the text does not name the entity"] += 1
        elif not reads(document):
            left_out["the text is in another language than English"] += 1
        else:
            found[place.document_id].append(told)
    held = {name: _latest(ones) for name, ones in found.items()}
    if overruled := sum(len(ones) - len(held[name]) for name, ones in found.items()):
        left_out["a later one corrects the same"] = overruled
    examples = tuple(one for name, ones in held.items() for one in _examples(documents[name], ones, topics))
    return Joined(examples, sum(map(len, held.values())), left_out)


@dataclass(frozen=True, slots=True)
class _Told:
    """A correction with the places `[start, end)` in the model's text that it labels, None of a text as a whole."""

    correction: Correction
    spans: tuple[tuple[int, int], ...] | None


def _told(correction: Correction, place: Place, document: TextDocument) -> _Told | None:
    """Return what is labelled in the text; None where the text does not have it."""
    if place.mentions is None:
        return _Told(correction, None)
    spans = tuple(_seen(place.mentions, model_text(document)))
    return _Told(correction, spans) if spans else None


def _latest(told: Iterable[_Told]) -> list[_Told]:
    """Return, the earliest first, what no later correction of the same places overrules."""
    in_time = sorted(told, key=lambda one: one.correction.corrected_at)
    last = {span: place for place, one in enumerate(in_time) for span in one.spans or (None,)}
    kept = [
        (one, None if one.spans is None else tuple(span for span in one.spans if last[span] == place))
        for place, one in enumerate(in_time)
        if place in last.values()
    ]
    return [_Told(one.correction, spans) for one, spans in kept]


def _examples(document: TextDocument, told: Sequence[_Told], topics: Sequence[str]) -> Iterator[Example]:
    """Yield the text with its labels, and again with the names that find no room beside the others."""
    wholes = [LABELS.index(one.correction.label) for one in told if one.spans is None]
    named = [one.correction.topic for one in told if one.correction.topic in topics]
    plain = Example(SET_NAME, model_text(document).text, document.source_kind)
    rows = list(_rows(told))
    first = replace(plain, document=wholes[-1] if wholes else None, topic=named[-1] if named else None)
    yield replace(first, mentions=rows[0] if rows else ())
    yield from (replace(plain, mentions=row) for row in rows[1:])


def _rows(told: Iterable[_Told]) -> Iterator[tuple[Marked, ...]]:
    """Yield the marked names by as many as a row takes: as in serving, further mentions take the room that is left."""
    marked = [
        [Marked(start, end, LABELS.index(one.correction.label), salient=True) for start, end in one.spans]
        for one in told
        if one.spans
    ]
    first, further = [ones[0] for ones in marked], [one for ones in marked for one in ones[1:]]
    room = -len(first) // MENTION_SLOTS * -MENTION_SLOTS
    taken = (first + further)[:room]
    yield from (tuple(taken[at : at + MENTION_SLOTS]) for at in range(0, len(taken), MENTION_SLOTS))


def _seen(mentions: Iterable[Mention], text: ModelText) -> list[tuple[int, int]]:
    """Return where the mentions stand in the text that the model reads."""
    places = text.places(mentions)
    return [(start, end) for start, end in places if start < end <= len(text.text)]
