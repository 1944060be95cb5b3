"""The middle of the flow: linked documents to scores, by way of the fusion model and for languages that it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.documents import LinkedDocument, TextDocument
from stream_app.pipeline.encoding import EncodedDocument, Encoder
from stream_app.pipeline.isolation import Compute, through
from stream_app.pipeline.ports import FusionModel
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.rows import RowResult
from stream_app.pipeline.scores import Unscored
from stream_app.pipeline.scoring import score

WhyUnread = Callable[[TextDocument], str | None]
"""Says why the model cannot read a document; None where it can."""

_Encoded = EncodedDocument | Scored
_Answered = tuple[EncodedDocument, Sequence[RowResult]] | Scored


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
        encoded = await through(compute, self._encode, linked)
        rows = [row.row for one in encoded if isinstance(one, EncodedDocument) for row in one.rows]
        results = iter(await self._model.infer(rows) if rows else ())
        answered: list[_Answered | Rejection] = [_with_results(one, results) for one in encoded]
        return await through(compute, self._score, answered)

    def _encode(self, linked: Sequence[LinkedDocument]) -> list[_Encoded]:
        reasons = [self._why_unread(one.document) for one in linked]
        read = self._encoder.encode([one for one, reason in zip(linked, reasons, strict=True) if reason is None])
        encoded = iter(read)
        return [
            next(encoded) if reason is None else Scored(one, Unscored(reason))
            for one, reason in zip(linked, reasons, strict=True)
        ]

    def _score(self, answered: Sequence[_Answered]) -> list[Scored]:
        return [
            one if isinstance(one, Scored) else Scored(one[0].linked, score(*one, self._topics)) for one in answered
        ]


def _with_results(one: _Encoded | Rejection, results: Iterable[RowResult]) -> _Answered | Rejection:
    """Take from `results` those of this document's rows."""
    return (one, list(islice(results, len(one.rows)))) if isinstance(one, EncodedDocument) else one
