"""The flow of a micro-batch, on one screen: decode, read media, link, encode, infer, state, recall, assemble.

Its two halves are called by whoever has the batch: `prepare` may run side by side with other batches, `conclude`
one batch after the other, with the outcomes delivered before the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from stream_app.pipeline.assemble import Scored, assemble, with_statements
from stream_app.pipeline.decode import decode
from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.fingerprint import fingerprint
from stream_app.pipeline.isolation import Compute, at_once, each, through
from stream_app.pipeline.link import Details, link, with_details
from stream_app.pipeline.media import MediaReading
from stream_app.pipeline.novelty import NOTHING, Query, Seen, Sighting
from stream_app.pipeline.pictures import image_names
from stream_app.pipeline.ports import Clock, SeenStore
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Emitted, Outcome, Record, Rejection, Result, Suppressed
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.stories import Judgement, judge, known
from stream_app.pipeline.story_book import StoryBook

_SMALL_BYTES = 64 * 1024
"""Batches below this are computed at once: 64 headlines take about 20 ms in all, in several steps."""


@dataclass(frozen=True, slots=True)
class Told:
    """A scored document, and how novelty sees it, or what was decided of it before it was fed."""

    scored: Scored
    novelty: Query | Seen


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records with what became of each so far; `versions` are those of the model and the graph."""

    records: tuple[Record, ...]
    told: tuple[Told | Rejection, ...]
    versions: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Processed:
    """One outcome for each record, in order, and what is to be remembered once they are delivered."""

    outcomes: tuple[Outcome, ...]
    sightings: tuple[Sighting, ...]


class Flow:
    """Takes records to outcomes. A record that trips a bug is rejected alone; the batch goes on without it."""

    def __init__(
        self,
        seen: SeenStore,
        details: Details,
        *,
        clock: Clock,
        compute: Compute,
        media: MediaReading | None = None,
        suppress: bool = False,
    ) -> None:
        """`media` reads images, where something can.

        `suppress` drops documents that were emitted before, by the same model and graph.
        """
        self._seen, self._details = seen, details
        self._media = media or MediaReading(None)
        self._clock, self._compute, self._suppress = clock, compute, suppress

    async def prepare(self, records: Sequence[Record], snapshot: Snapshot, reader: Reader) -> Prepared:
        """Decode, read media, link, encode, infer and state; waits for the model where it is away.

        All records are linked with this graph and read by this version of the model.
        """
        compute = self._compute_of(records)
        documents = await through(compute, each(decode), records)
        read = await self._media.read(documents)
        linked = await through(compute, each(partial(link, snapshot=snapshot)), read)
        detailed = await with_details(linked, self._details, snapshot.kg_version)
        scored = await reader.read(detailed, compute)
        stated = await through(compute, each(with_statements), scored)
        told = await through(compute, each(_told), _with_settled(stated, records))
        return Prepared(tuple(records), tuple(told), (reader.version, snapshot.kg_version))

    async def conclude(self, prepared: Prepared) -> Processed:
        """Recall and assemble; ServerUnavailable where the seen store is away."""
        novelty = [told.novelty for told in prepared.told if isinstance(told, Told)]
        queries = [one for one in novelty if isinstance(one, Query)]
        book = StoryBook.of(await self._seen.recall(queries) if queries else NOTHING)
        sightings: list[Sighting] = []

        def assembled(told: Told) -> Result:
            return self._assembled(told, book, sightings, versions=prepared.versions)

        results = await through(self._compute_of(prepared.records), each(assembled), prepared.told)
        return Processed(tuple(map(Outcome, prepared.records, results)), tuple(sightings))

    def _compute_of(self, records: Sequence[Record]) -> Compute:
        return at_once if sum(len(record.value or b"") for record in records) < _SMALL_BYTES else self._compute

    def _assembled(
        self, told: Told, book: StoryBook, sightings: list[Sighting], *, versions: tuple[str, str]
    ) -> Emitted | Suppressed:
        """Judge the document by what came before it, in this batch too, and remember it for those that follow."""
        novelty = told.novelty
        judgement = known(novelty) if isinstance(novelty, Seen) else judge(novelty, book, versions)
        if self._suppress and _was_emitted(judgement, versions):
            return Suppressed("already emitted")
        events = assemble(told.scored, judgement, versions, processed_at=self._clock.now())
        if judgement.sighting is not None:
            book.add(judgement.sighting)
            sightings.append(judgement.sighting)
        return Emitted(events)


def _with_settled(
    stated: Sequence[Scored | Rejection], records: Sequence[Record]
) -> list[tuple[Scored, Seen | None] | Rejection]:
    """Return the documents with what was decided of them before they were fed."""
    pairs = zip(stated, records, strict=True)
    return [one if isinstance(one, Rejection) else (one, record.settled) for one, record in pairs]


def _was_emitted(judgement: Judgement, versions: tuple[str, str]) -> bool:
    return judgement.known and judgement.seen.versions == versions


def _told(pair: tuple[Scored, Seen | None]) -> Told:
    scored, settled = pair
    return Told(scored, settled or query_of(scored.linked))


def query_of(linked: LinkedDocument) -> Query:
    """Return how novelty sees a document: without what its images say, but by the images where it has no other text.

    A replay decides novelty before it feeds a document, and reads no images for it.
    """
    document = linked.document
    own = (one for one in linked.entities if any(mention.field != "media" for mention in one.mentions))
    entities = frozenset(one.entity.id for one in own if one.entity is not None)
    body = document.body if document.title or document.body else " ".join(image_names(document.media))
    return Query(document.id, document.published_at, entities, fingerprint(document.title, body))
