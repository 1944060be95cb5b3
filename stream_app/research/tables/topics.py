"""The tables: one a topic, with every column that it has. `docs/research.md` lists them."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from stream_app.events.topics import ALERTS, RISK, ROLLUPS, SENTIMENT
from stream_app.research.tables.column import COUNT, FLAG, INSTANT, JSON, NUMBER, TEXT, Column, Table, column

_SPAN = [("text", TEXT), ("start", COUNT), ("end", COUNT), ("field", TEXT)]
_SPANS = pa.list_(pa.struct(_SPAN))
_EVIDENCE = pa.list_(pa.struct([*_SPAN, ("weight", NUMBER)]))
_STEP = pa.struct([("from", TEXT), ("relation", TEXT), ("to", TEXT), ("sign", COUNT), ("weight", NUMBER)])
_PATHS = pa.list_(pa.struct([("steps", pa.list_(_STEP)), ("contribution", NUMBER)]))
_TOPICS = pa.list_(pa.struct([("label", TEXT), ("documents", COUNT)]))
_LABELS = ("negative", "neutral", "positive")

_VERSIONS = (
    column("model_version", TEXT, "model that scored it"),
    column("kg_version", TEXT, "version of the knowledge graph"),
)
_TIMES = (
    column("published_at", INSTANT, "event time; decides the day"),
    column("received_at", INSTANT, "the broker's stamp of the document; in a replay its event time"),
    column("processed_at", INSTANT, "wall clock of the worker; in a replay that of the replay"),
)


def _entity(*places: str, of: str) -> tuple[Column, ...]:
    def one(name: str, field: str, meaning: str) -> Column:
        return column(name, TEXT, f"{meaning} of {of}", *(f"{place}.{field}" for place in places))

    return (
        one("entity_id", "id", "identity in the knowledge graph"),
        one("entity_name", "name", "name"),
        one("entity_kind", "kind", "kind"),
        one("ticker", "ticker", "ticker, where known,"),
        one("exchange", "exchange", "ISO 10383 code of the exchange"),
        one("isin", "isin", "ISIN"),
    )


def _probabilities(prefix: str, place: str, of: str) -> tuple[Column, ...]:
    return tuple(column(f"{prefix}p_{label}", NUMBER, f"P({label}) of {of}", f"{place}.{label}") for label in _LABELS)


_SENTIMENT = Table(
    SENTIMENT.name,
    "published_at",
    (
        column("event_id", TEXT, "identity; the same input gives the same"),
        column("document_id", TEXT, "the document"),
        column("story_id", TEXT, "near-duplicates share it"),
        *_TIMES,
        column("source", TEXT, "who published it"),
        column("source_kind", TEXT, "news or social"),
        column("author_handle", TEXT, "who posted it", "author.handle"),
        column("author_followers", COUNT, "how many follow the author", "author.followers"),
        *_entity("entity", of="the entity"),
        column("link_confidence", NUMBER, "how sure the link is, 0 to 1"),
        column("polarity", NUMBER, "P(positive) less P(negative) of the entity, -1 to 1; null where unscored"),
        *_probabilities("", "probabilities", "the entity"),
        column("relevance", NUMBER, "how central the entity is, 0 to 1"),
        column("first_mention", COUNT, "number of the sentence that names it first, from 0"),
        column("entity_count", COUNT, "entities of the document"),
        column("novelty", NUMBER, "1 for the first of a story, less with each repeat"),
        *(
            column(f"story_{span}", COUNT, f"documents of the story and entity, {span} before", f"story_counts.{span}")
            for span in ("h12", "h24", "d3", "d5", "d7")
        ),
        column("topic", TEXT, "topic of the document", "topic.label"),
        column("topic_probability", NUMBER, "its probability", "topic.probability"),
        column("risk_type", TEXT, "what threatens a company by the document", "risk_type.type"),
        column("risk_type_probability", NUMBER, "its probability", "risk_type.probability"),
        column("document_label", TEXT, "sentiment of the document", "document_sentiment.label"),
        *_probabilities("document_", "document_sentiment.probabilities", "the document"),
        column("shock_move", NUMBER, "where the text says that the entity goes, -1 to 1", "shock.move"),
        column("shock_modality", TEXT, "stated, hypothetical, denied or ended", "shock.modality"),
        column("shock_tense", TEXT, "past, present or future", "shock.tense"),
        column("shock_role", TEXT, "cause, effect or mentioned", "shock.role"),
        column("shock_certainty", NUMBER, "1 for a plain fact", "shock.certainty"),
        column("unscored", TEXT, "why the scores are null"),
        column("mentions", _SPANS, "where the entity is named"),
        column("evidence", _EVIDENCE, "the words that moved the score, weights signed"),
        *_VERSIONS,
    ),
)  # fmt: skip

_RISK = Table(
    RISK.name,
    "published_at",
    (
        column("event_id", TEXT, "identity; the same input gives the same"),
        column("trigger_event_id", TEXT, "the sentiment event that started it", "trigger.event_id"),
        column("trigger_document_id", TEXT, "its document", "trigger.document_id"),
        column("trigger_entity_id", TEXT, "its entity", "trigger.entity_id"),
        column("trigger_polarity", NUMBER, "its polarity", "trigger.polarity"),
        *_TIMES,
        *_entity("exposed", of="the exposed entity"),
        column("direction", TEXT, "adverse or favourable"),
        column("probability", NUMBER, "of such a move within the horizon"),
        column(
            "probability_without_trigger", NUMBER, "the same without the trigger",
            "counterfactual.probability_without_trigger",
        ),
        column("severity", NUMBER, "size of the move, 0 to 1"),
        column("horizon_hours", NUMBER, "how far ahead it reaches", "horizon"),
        column("half_life_hours", NUMBER, "hours in which half of it fades", "half_life"),
        column("cause", TEXT, "the words of the cause, where stated", "cause.text"),
        column("effect", TEXT, "the words of the effect, where stated", "effect.text"),
        column("explanation", TEXT, "one plain sentence"),
        column("paths", _PATHS, "the relations that it travels, and what each path carries"),
        *_VERSIONS,
    ),
)  # fmt: skip

_ALERTS = Table(
    ALERTS.name,
    "published_at",
    (
        column("alert_id", TEXT, "identity; the same input gives the same"),
        column("subscription", TEXT, "who is told"),
        column("reason", TEXT, "why, in a sentence"),
        column("published_at", INSTANT, "event time; decides the day"),
        column("processed_at", INSTANT, "wall clock of the worker; in a replay that of the replay"),
        column("event_id", TEXT, "the event; of a digest the strongest", "event.event_id"),
        column("document_id", TEXT, "its document", "event.document_id", "event.trigger.document_id"),
        *_entity("event.entity", "event.exposed", of="its entity"),
        column("polarity", NUMBER, "of a sentiment event", "event.polarity"),
        column("direction", TEXT, "of a risk event", "event.direction"),
        column("probability", NUMBER, "of a risk event", "event.probability"),
        column("digest_count", COUNT, "events that it stands for; null where it is for one alone", "digest.count"),
        column("event", JSON, "the event whole, as JSON"),
        column("digest", JSON, "the digest whole, as JSON"),
    ),
)  # fmt: skip

_ROLLUPS = Table(
    ROLLUPS.name,
    "start",
    (
        column("rollup_id", TEXT, "identity of entity, window and start"),
        column("revision", COUNT, "the highest holds, and it alone is kept"),
        column("closed", FLAG, "whether event time has passed the end"),
        *_entity("entity", of="the entity"),
        column("window", TEXT, "1m, 1h or 1d"),
        column("start", INSTANT, "first instant; decides the day"),
        column("end", INSTANT, "first instant after it"),
        column("documents", COUNT, "documents in it"),
        column("scored", COUNT, "of these with a polarity"),
        column("mean_polarity", NUMBER, "plain mean"),
        column("novelty_weighted_polarity", NUMBER, "mean weighted by novelty"),
        column("credible_polarity", NUMBER, "mean weighted by novelty and credibility"),
        column("dispersion", NUMBER, "standard deviation of the polarity"),
        column("momentum", NUMBER, "credible polarity less that of the windows before"),
        column("expected_documents", NUMBER, "what a window like it usually has"),
        column("buzz", NUMBER, "documents against that"),
        column("topics", _TOPICS, "the most frequent topics"),
    ),
)

TABLES: Mapping[str, Table] = {table.topic: table for table in (_SENTIMENT, _RISK, _ALERTS, _ROLLUPS)}
"""By topic."""
