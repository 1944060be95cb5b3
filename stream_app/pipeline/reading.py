"""The middle of the flow: linked documents to scores, by way of the fusion model and for languages that it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.encoding import EncodedDocument, EncodedRow, Encoder
from stream_app.pipeline.isolation import Compute, each, through
from stream_app.pipeline.ports import FusionModel
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.rows import RowResult
from stream_app.pipeline.scores import Unscored
from stream_app.pipeline.scoring import score

WhyUnread = Callable[[LinkedDocument], str | None]
"""Says why the model cannot read a document; None where it can."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A document and what the model is asked of it, or why it is asked nothing; then with the answer."""

    linked: LinkedDocument
    encoded: EncodedDocument | Unscored
    results: Sequence[RowResult] = ()

    @property
    def rows(self) -> Sequence[EncodedRow]:
        return () if isinstance(self.encoded, Unscored) else self.encoded.rows


class Reader:
    """Encodes, infers and decodes; a document in another language keeps its entities and gets no scores."""

    def __init__(self, model: FusionModel, encoder: Encoder, *, topics: Sequence[str], why_unread: WhyUnread) -> None:
        self._model, self._encoder = model, encoder
        self._topics, self._why_unread = topics, why_unread

    @property
    def version(self) -> str:
        """The model's version."""
        return self._model.version

    async def read(self, linked: Iterable[LinkedDocument | Rejection], compute: Compute) -> list[Scored | Rejection]:
        """Return each document with its scores, in order; waits for the model where it is away."""
        asked = await through(compute, self._asked, linked)
        rows = [row.row for one in asked if isinstance(one, _Asked) for row in one.rows]
        results = iter(await self._model.infer(rows) if rows else ())
        answered = [_answered(one, results) for one in asked]
        return await through(compute, each(self._scored), answered)

    def _asked(self, linked: Sequence[LinkedDocument]) -> list[_Asked]:
        reasons = [self._why_unread(one) for one in linked]
        read = [one for one, reason in zip(linked, reasons, strict=True) if reason is None]
        encoded = iter(self._encoder.encode(read))
        return [
            _Asked(one, next(encoded) if reason is None else Unscored(reason))
            for one, reason in zip(linked, reasons, strict=True)
        ]

    def _scored(self, one: _Asked) -> Scored:
        if isinstance(one.encoded, Unscored):
            return Scored(one.linked, one.encoded)
        return Scored(one.linked, score(one.encoded, one.results, self._topics))


def _answered(one: _Asked | Rejection, results: Iterator[RowResult]) -> _Asked | Rejection:
    """Give a document the next results, as many as it has rows."""
    return one if isinstance(one, Rejection) else replace(one, results=list(islice(results, len(one.rows))))
