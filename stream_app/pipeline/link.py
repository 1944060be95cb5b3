"""The third step of the flow: which of the graph's entities a document names, and the store's details of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from stream_app.knowledge.entities import Entity
from stream_app.pipeline.documents import TEXTS, Field, LinkedDocument, LinkedEntity, Mention, TextDocument
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.snapshot import Snapshot

Details = Callable[[str, Collection[str]], Awaitable[Mapping[str, Entity]]]
"""Returns what is known of these ids in that graph version; may leave out any."""

_FIELDS: Mapping[str, Field] = {"title": "title", "body": "body", "media": "media", "symbols": "symbols"}


def link(document: TextDocument, snapshot: Snapshot) -> LinkedDocument:
    """Return the document with its entities, in the order of their first mentions."""
    texts = [(name, text) for name in TEXTS if (text := document.text_of(name))]
    entities = tuple(
        LinkedEntity(
            found.entity,
            tuple(Mention(_FIELDS[mention.field], mention.start, mention.end) for mention in found.mentions),
            found.confidence,
        )
        for found in snapshot.linker.link(texts, document.symbols)
    )
    return LinkedDocument(document, entities, snapshot.kg_version)


async def with_details(
    linked: Sequence[LinkedDocument | Rejection], details: Details, kg_version: str
) -> list[LinkedDocument | Rejection]:
    """Return the documents with details of their entities, looked up at once for all; those without stay as linked."""
    documents = [one for one in linked if not isinstance(one, Rejection)]
    named = {entity.entity.id for one in documents for entity in one.entities if entity.entity is not None}
    found = await details(kg_version, named)
    return [one if isinstance(one, Rejection) else _detailed(one, found) for one in linked]


def _detailed(linked: LinkedDocument, details: Mapping[str, Entity]) -> LinkedDocument:
    known = [one.entity and details.get(one.entity.id, one.entity) for one in linked.entities]
    if all(one.entity == entity for one, entity in zip(linked.entities, known, strict=True)):
        return linked
    pairs = zip(linked.entities, known, strict=True)
    return replace(linked, entities=tuple(replace(one, entity=entity) for one, entity in pairs))
