"""The flow without a stream: texts to verdicts, each judged alone, with no story before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stream_app.events.verdict import EntityVerdict, Verdict
from stream_app.pipeline.assemble import (
    DECIMALS,
    Fields,
    Scored,
    document_scores,
    entity_scores,
    first_sentence,
    spans,
    with_statements,
)
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, Mention, TextDocument
from stream_app.pipeline.isolation import Compute, each, through
from stream_app.pipeline.link import link
from stream_app.pipeline.media import MediaReading
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.score_lines import Line
from stream_app.pipeline.score_risks import Risks
from stream_app.pipeline.scores import Unscored
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.stated import causal_of, shock_of


class TextScorer:
    """Scores lines in batches, with the steps that the stream takes."""

    def __init__(
        self,
        reader: Reader,
        snapshot: Snapshot,
        *,
        compute: Compute,
        risks: Risks = lambda _: (),
        media: MediaReading | None = None,
    ) -> None:
        """`risks` tells who is exposed to what a document says; `media` reads images, where something can."""
        self._reader, self._snapshot, self._compute, self._risks = reader, snapshot, compute, risks
        self._media = media or MediaReading(None)

    async def score(self, lines: Sequence[Line | Rejection]) -> list[Scored | Rejection]:
        """Return each line's document with its scores, in order; a line that is rejected stays so."""
        read = await self._with_media(lines)
        linked = await through(self._compute, lambda some: [linked_line(one, self._snapshot) for one in some], read)
        scored = await self._reader.read(linked, self._compute)
        return await through(self._compute, each(with_statements), scored)

    async def _with_media(self, lines: Sequence[Line | Rejection]) -> list[Line | Rejection]:
        documents = [one if isinstance(one, Rejection) else one.document for one in lines]
        read = await self._media.read(documents)
        return [_with_document(line, one) for line, one in zip(lines, read, strict=True)]

    async def judge(self, lines: Sequence[Line | Rejection]) -> list[Verdict | Rejection]:
        """Return a verdict for each line, in order; a line that is rejected stays so."""
        return await through(self._compute, each(self.verdict), await self.score(lines))

    def verdict(self, scored: Scored) -> Verdict:
        """Return what is said of a document, its risks included."""
        return verdict(scored).model_copy(update={"risks": self._risks(scored)})


def _with_document(line: Line | Rejection, one: TextDocument | Rejection) -> Line | Rejection:
    if isinstance(line, Rejection):
        return line
    return one if isinstance(one, Rejection) else replace(line, document=one)


def linked_line(line: Line, snapshot: Snapshot) -> LinkedDocument:
    """Return the document with the entities that linking finds, or one for each given mention, in their order."""
    linked = link(line.document, snapshot)
    if line.given is None:
        return linked
    return replace(linked, entities=tuple(_given(mention, linked.entities) for mention in line.given))


def _given(mention: Mention, found: Sequence[LinkedEntity]) -> LinkedEntity:
    """Return the given mention as what linking found at its place; as nothing known, where it found nothing."""
    shared = [(max(_overlap(mention, other) for other in one.mentions), one) for one in found if one.mentions]
    overlap, best = max(shared, key=lambda pair: pair[0], default=(0, None))
    if best is None or not overlap:
        return LinkedEntity(None, (mention,), 0.0)
    return LinkedEntity(best.entity, (mention,), best.confidence)


def _overlap(one: Mention, other: Mention) -> int:
    """Return how many characters two mentions share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start)) if one.field == other.field else 0


def verdict(scored: Scored) -> Verdict:
    """Return what is said of a scored document and of each of its entities, in their order, but for its risks."""
    shared = _of_document(scored)
    places = range(len(scored.linked.entities))
    return Verdict.model_validate(
        {name: shared[name] for name in ("topic", "risk_type", "document_sentiment", "unscored")}
        | {"entities": tuple(_of_entity(scored, place, shared) for place in places)}
        | {"causal": causal_of(scored.stated), "media": scored.linked.document.media_read}
    )


def _of_document(scored: Scored) -> Fields:
    """Return the fields that the document and all its entities share."""
    known = {one.entity.id for one in scored.linked.entities if one.entity is not None}
    scores = scored.scores
    if isinstance(scores, Unscored):
        nothing = dict.fromkeys(("topic", "risk_type", "document_sentiment"))
        return nothing | {"unscored": scores.reason, "entity_count": len(known)}
    return document_scores(scores) | {"unscored": None, "entity_count": len(known)}


def _of_entity(scored: Scored, place: int, shared: Fields) -> EntityVerdict:
    document, linked = scored.linked.document, scored.linked.entities[place]
    found = {
        "entity": linked.entity and linked.entity.ref(),
        "mentions": spans(document, linked),
        "link_confidence": round(linked.confidence, DECIMALS) if linked.entity else None,
        "first_mention": first_sentence(document, linked.mentions),
        "shock": shock_of(scored.linked, scored.stated, place),
    }
    return EntityVerdict.model_validate(shared | found | _scores(scored, place))


def _scores(scored: Scored, place: int) -> Fields:
    if isinstance(scored.scores, Unscored):
        return {}
    scores = scored.scores.entities[place]
    return {"unscored": scores.reason} if isinstance(scores, Unscored) else entity_scores(scored, scores)
