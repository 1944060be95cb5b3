"""How far two versions of the model agree on a document, and which documents they are both asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.scores import EntityScores, LabelProbabilities, Unscored

_HASH_BYTES = 6
_HASHES: int = 2 ** (8 * _HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing that both versions scored: whether the likeliest label is the same, and |Δ polarity|, 0 to 2."""

    same_label: bool
    difference: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """What pairs come to: `documents` that were compared, with the `labels` of themselves and of their entities."""

    documents: int = 0
    labels: int = 0
    same: int = 0
    differences: float = 0.0

    def plus(self, pairs: tuple[Pair, ...]) -> Agreement:
        """Return these figures with one more document."""
        return Agreement(
            documents=self.documents + 1,
            labels=self.labels + len(pairs),
            same=self.same + sum(pair.same_label for pair in pairs),
            differences=self.differences + sum(pair.difference for pair in pairs),
        )

    @property
    def share_same(self) -> float | None:
        """The share of labels that are the same; None before the first."""
        return self.same / self.labels if self.labels else None

    @property
    def mean_difference(self) -> float | None:
        """The mean absolute difference of polarity; None before the first."""
        return self.differences / self.labels if self.labels else None


def in_share(document_id: str, share: float) -> bool:
    """Say whether a document is of the share that is compared: always the same ones, whatever worker has them."""
    number = int.from_bytes(blake2b(document_id.encode(), digest_size=_HASH_BYTES).digest(), "big")
    return number / _HASHES < share


def pairs_of(served: Scored, shadow: Scored) -> tuple[Pair, ...]:
    """Return the document's pair and that of each entity, without what either version did not score."""
    return tuple(_pairs(served, shadow))


def _pairs(served: Scored, shadow: Scored) -> Iterator[Pair]:
    left, right = served.scores, shadow.scores
    if isinstance(left, Unscored) or isinstance(right, Unscored):
        return
    yield _pair(left.probabilities, right.probabilities)
    for one, other in zip(left.entities, right.entities, strict=True):
        if isinstance(one, EntityScores) and isinstance(other, EntityScores):
            yield _pair(one.probabilities, other.probabilities)


def _pair(left: LabelProbabilities, right: LabelProbabilities) -> Pair:
    return Pair(left.index(max(left)) == right.index(max(right)), abs(_polarity(left) - _polarity(right)))


def _polarity(probabilities: LabelProbabilities) -> float:
    negative, _, positive = probabilities
    return positive - negative
