"""What the served model says of documents, with what selection and drift need and events do not carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from stream_app.adapters.document_encoder import encoder_of
from stream_app.adapters.model_repository import ModelFiles, NetworkFiles
from stream_app.pipeline.documents import LinkedDocument, TextDocument
from stream_app.pipeline.encoding import EncodedDocument
from stream_app.pipeline.language import language_of, why_unread
from stream_app.pipeline.link import link
from stream_app.pipeline.ports import FusionModel
from stream_app.pipeline.rows import RowResult
from stream_app.pipeline.scores import DocumentScores
from stream_app.pipeline.scoring import score
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.windows import SPECIAL_TOKENS

_DOCUMENTS = 128
_UNKNOWN = ("[UNK]", "<unk>")
"""In the two kinds of vocabularies."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """A document that the model reads: its scores, all topics' probabilities, its vector of unit length, its tokens.

    `text` is what the model read; `unknown` of the `tokens` are words that its network's tokenizer has no piece of.
    """

    linked: LinkedDocument
    text: str
    scores: DocumentScores
    topics: Floats
    embedding: Floats
    tokens: int
    unknown: int


class Answerer:
    """Asks one version of the model."""

    def __init__(self, model: FusionModel, files: ModelFiles, snapshot: Snapshot) -> None:
        self._model, self._files, self._snapshot = model, files, snapshot
        self._encoder = encoder_of(files)
        self._unknown = [found for network in files.networks for found in _unknown_ids(network)]

    @property
    def files(self) -> ModelFiles:
        """The version that is asked."""
        return self._files

    def read_by_main(self, documents: Sequence[TextDocument]) -> list[TextDocument]:
        """Return the documents but those of further networks: of the main one's training texts alone are statistics."""
        others = self._files.languages - self._files.main.languages
        return [one for one in documents if language_of(link(one, self._snapshot)) not in others]

    async def answer(
        self, documents: Sequence[TextDocument], report: Callable[[int], None] = lambda _: None
    ) -> list[Answer | None]:
        """Return what is said of each document, in order; None where it is in a language that is not read, or empty.

        `report` hears how many are done.
        """
        found: list[Answer | None] = []
        for at in range(0, len(documents), _DOCUMENTS):
            found += await self._some(documents[at : at + _DOCUMENTS])
            report(len(found))
        return found

    async def _some(self, documents: Sequence[TextDocument]) -> list[Answer | None]:
        linked = [link(document, self._snapshot) for document in documents]
        readable = [
            why_unread(one, languages=self._files.languages, model_version=self._files.version) is None
            for one in linked
        ]
        encoded = iter(self._encoder.encode([one for one, read in zip(linked, readable, strict=True) if read]))
        asked = [next(encoded) if read else None for read in readable]
        results = iter(await self._model.infer([row.row for one in asked if one for row in one.rows]))
        return [self._answer(one, [next(results) for _ in one.rows]) if one else None for one in asked]

    def _answer(self, encoded: EncodedDocument, results: Sequence[RowResult]) -> Answer | None:
        scores = score(encoded, results, self._files.topics)
        if not isinstance(scores, DocumentScores):
            return None
        read = [(row.row, result) for row, result in zip(encoded.rows, results, strict=True) if not row.repeats]
        weights = np.array([len(row.input_ids) for row, _ in read], dtype=np.float64)
        embedding = weights @ np.array([result.embedding for _, result in read], dtype=np.float64)
        topics = weights @ np.array([result.topic_probabilities for _, result in read], dtype=np.float64)
        return Answer(
            encoded.linked,
            encoded.text.text,
            scores,
            topics=topics / topics.sum(),
            embedding=embedding / np.linalg.norm(embedding),
            tokens=int(weights.sum()) - SPECIAL_TOKENS * len(read),
            unknown=sum(int(np.isin(row.input_ids, self._unknown).sum()) for row, _ in read),
        )


def _unknown_ids(network: NetworkFiles) -> list[int]:
    """Return the ids that stand for words which the network's tokenizer has no piece of."""
    ids = map(Tokenizer.from_str(network.tokenizer).token_to_id, _UNKNOWN)
    return [network.first_id + one for one in ids if one is not None]
