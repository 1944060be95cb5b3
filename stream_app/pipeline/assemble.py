"""The last step of the flow: a scored document and what is remembered of its story become events."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from stream_app.events.ids import sentiment_event_id
from stream_app.events.sentiment_event import (
    Label,
    Probabilities,
    RiskType,
    Sentiment,
    SentimentEvent,
    Topic,
)
from stream_app.pipeline.documents import TEXTS, LinkedDocument, LinkedEntity, Mention, TextDocument
from stream_app.pipeline.scores import DocumentScores, EntityScores, EvidenceSpan, LabelProbabilities, Unscored
from stream_app.pipeline.sentences import sentence_starts
from stream_app.pipeline.stated import shock_of
from stream_app.pipeline.statements import Statements, state
from stream_app.pipeline.stories import Judgement
from stream_app.pipeline.tensors import LABELS

DECIMALS = 6
MOST_MENTIONS = 200
"""Of an entity in one event: a text that names it ten thousand times would be more than Kafka takes."""

Fields = dict[str, object]
"""Of an event, or of a part of one: parts are made with the event as a whole, which costs a third of one by one."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A linked document with its scores, or with the reason why it has none; and what it states, once that is read."""

    linked: LinkedDocument
    scores: DocumentScores | Unscored
    stated: Statements | None = None


def with_statements(scored: Scored) -> Scored:
    """Return the document with what it states of its entities."""
    if isinstance(scored.scores, Unscored):
        return replace(scored, stated=state(scored.linked))
    told = [None if isinstance(one, Unscored) else one.stated for one in scored.scores.entities]
    return replace(scored, stated=state(scored.linked, scored.scores.causal, told))


def assemble(
    scored: Scored, judgement: Judgement, versions: tuple[str, str], *, processed_at: datetime
) -> tuple[SentimentEvent, ...]:
    """Return one event for each entity, in the order of the document; one without an entity where it names none.

    `versions` are those of the model and the graph.
    """
    linked = scored.linked
    known = [place for place, entity in enumerate(linked.entities) if entity.entity is not None]
    model_version, kg_version = versions
    whole = _of_document(scored, judgement) | {
        "model_version": model_version,
        "kg_version": kg_version,
        "processed_at": processed_at,
        "entity_count": len(known),
    }
    if not known:
        return (_without_entity(scored, judgement, whole=whole),)
    return tuple(_of_entity(scored, place, judgement=judgement, whole=whole) for place in known)


def _of_document(scored: Scored, judgement: Judgement) -> Fields:
    """Return the fields of the document that all its events share."""
    document, scores = scored.linked.document, scored.scores
    shared: Fields = {
        "document_id": document.id,
        "story_id": judgement.seen.story_id,
        "published_at": document.published_at,
        "received_at": document.received_at,
        "source": document.source,
        "source_kind": document.source_kind,
        "author": document.author,
        "novelty": round(judgement.novelty, DECIMALS),
        "media": document.media_read,
    }
    if isinstance(scores, Unscored):
        return shared | {"unscored": scores.reason}
    return shared | document_scores(scores)


def document_scores(scores: DocumentScores) -> dict[str, object]:
    """Return the score fields of the document, rounded to `DECIMALS`."""
    kind, probability = scores.risk or ("", 0.0)
    return {
        "topic": Topic(label=scores.topic, probability=round(scores.topic_probability, DECIMALS)),
        "risk_type": RiskType(type=kind, probability=round(probability, DECIMALS)) if kind else None,
        "document_sentiment": sentiment(scores.probabilities),
    }


def _without_entity(scored: Scored, judgement: Judgement, *, whole: Fields) -> SentimentEvent:
    """Return the event that keeps the document from vanishing; its evidence is of the document's sentiment."""
    document, scores = scored.linked.document, scored.scores
    evidence = () if isinstance(scores, Unscored) else scores.evidence
    fields = {
        "event_id": sentiment_event_id(document.id, None, str(whole["model_version"])),
        "entity": None,
        "story_counts": judgement.counts(None),
        "evidence": tuple(_evidence(document, span) for span in evidence),
    }
    return SentimentEvent.model_validate(whole | fields)


def _of_entity(scored: Scored, place: int, *, judgement: Judgement, whole: Fields) -> SentimentEvent:
    document, linked = scored.linked.document, scored.linked.entities[place]
    assert linked.entity is not None  # noqa: S101  (the caller chose it so)
    fields = {
        "event_id": sentiment_event_id(document.id, linked.entity.id, str(whole["model_version"])),
        "entity": linked.entity.ref(),
        "mentions": spans(document, linked),
        "link_confidence": round(linked.confidence, DECIMALS),
        "first_mention": first_sentence(document, linked.mentions[:MOST_MENTIONS]),
        "story_counts": judgement.counts(linked.entity.id),
        "shock": shock_of(scored.linked, scored.stated, place),
    }
    return SentimentEvent.model_validate(whole | fields | _scores(scored, place))


def _scores(scored: Scored, place: int) -> Fields:
    if isinstance(scored.scores, Unscored):
        return {}
    scores = scored.scores.entities[place]
    return {"unscored": scores.reason} if isinstance(scores, Unscored) else entity_scores(scored, scores)


def entity_scores(scored: Scored, scores: EntityScores) -> Fields:
    """Return the score fields of one entity, rounded to `DECIMALS`."""
    probabilities = rounded(scores.probabilities)
    document = scored.linked.document
    return {
        "polarity": round(probabilities["positive"] - probabilities["negative"], DECIMALS),
        "probabilities": probabilities,
        "relevance": round(scores.relevance, DECIMALS),
        "evidence": tuple(_evidence(document, span) for span in scores.evidence),
    }


def sentiment(probabilities: LabelProbabilities) -> Sentiment:
    """Return the most probable label and the probabilities."""
    label: Label = LABELS[max(range(len(LABELS)), key=probabilities.__getitem__)]  # type: ignore[assignment]
    return Sentiment(label=label, probabilities=Probabilities(**rounded(probabilities)))


def rounded(probabilities: LabelProbabilities) -> dict[str, float]:
    """Return the probabilities to `DECIMALS`, their sum still 1: neutral takes what rounding leaves."""
    negative, _, positive = (round(one, DECIMALS) for one in probabilities)
    neutral = max(0.0, round(1 - negative - positive, DECIMALS))
    return {"negative": negative, "neutral": neutral, "positive": positive}


def spans(document: TextDocument, linked: LinkedEntity) -> tuple[Fields, ...]:
    """Return the fields of one entity's first mentions, with their text."""
    return tuple(_span(document, mention) for mention in linked.mentions[:MOST_MENTIONS])


def _evidence(document: TextDocument, span: EvidenceSpan) -> Fields:
    return _span(document, span) | {"weight": round(span.weight, DECIMALS)}


def _span(document: TextDocument, place: Mention | EvidenceSpan) -> Fields:
    text = document.text_of(place.field)[place.start : place.end]
    return {"text": text, "start": place.start, "end": place.end, "field": place.field}


def first_sentence(document: TextDocument, mentions: Sequence[Mention]) -> int | None:
    """Return the number of the first sentence that names the entity, of title, body and images."""
    numbers = [_sentence(document, mention) for mention in mentions if mention.field != "symbols"]
    return min(numbers, default=None)


def _sentence(document: TextDocument, mention: Mention) -> int:
    number = bisect_right(sentence_starts(document.text_of(mention.field)), mention.start) - 1
    earlier = TEXTS[: TEXTS.index(mention.field)]
    return number + sum(len(sentence_starts(text)) for field in earlier if (text := document.text_of(field)))
