"""One row of the fusion model's input and output, before and after batching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One window of a document, unpadded.

    `input_ids` is `[tokens]`, all of one network's part of the ids (`tensors`); `mention_spans` `[mentions, 2]`, token
    positions, end exclusive; `kg_features` `[mentions, KG_FEATURES]`; `context_features` `[CONTEXT_FEATURES]`;
    at most `MENTION_SLOTS` mentions and as many tokens as the largest bucket.
    """

    input_ids: NDArray[np.int32]
    mention_spans: NDArray[np.int32]
    kg_features: NDArray[np.float32]
    context_features: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What the model says of one row, padding removed.

    `document_probabilities` `[labels]`, `mention_probabilities` `[mentions, labels]`,
    `mention_relevance` `[mentions]`, `topic_probabilities` `[topics]`, `embedding` `[EMBEDDING_SIZE]`,
    `document_evidence` `[tokens]`, `mention_evidence` `[mentions, tokens]`,
    `causal_probability` `[1]`, `tag_probabilities` `[tokens, TAGS]`,
    `risk_probabilities` `[RISK_TYPES]`, `mention_statements` `[mentions, STATEMENTS]`; the last two are zeros where the
    network does not tell.
    """

    document_probabilities: NDArray[np.float32]
    mention_probabilities: NDArray[np.float32]
    mention_relevance: NDArray[np.float32]
    topic_probabilities: NDArray[np.float32]
    embedding: NDArray[np.float32]
    document_evidence: NDArray[np.float32]
    mention_evidence: NDArray[np.float32]
    causal_probability: NDArray[np.float32]
    tag_probabilities: NDArray[np.float32]
    risk_probabilities: NDArray[np.float32]
    mention_statements: NDArray[np.float32]
