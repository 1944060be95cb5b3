"""Names, types and shapes of the fusion model's tensors: the one table that all sides read.

A row is one window of one document. `T` is the padded length, one of `BUCKETS`; a row's bucket follows
from its own number of tokens alone, so that a score never depends on its neighbours in the batch.

A version may hold several networks, each for its own languages. They share one space of ids: the main network's
vocabulary first, the next one's after it; so a row's first id tells which network reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

MODEL_NAME = "fusion"
EMBEDDING_SIZE = 384
MENTION_SLOTS = 8
KG_FEATURES = 32
CONTEXT_FEATURES = 8
BUCKETS = (16, 24, 32, 48, 64, 96, 128, 192, 256)
LABELS = ("negative", "neutral", "positive")
TOPICS = 20
RISK_TYPES = (
    "none",
    "disclosure_violation",
    "control_change",
    "trading_violation",
    "officer_unable_to_serve",
    "illegal_fundraising",
    "failed_restructuring",
    "rating_change",
    "earnings_fall",
    "financial_fraud",
    "pyramid_scheme",
    "suspected_crime",
    "account_risk",
    "suspected_fraud",
    "officer_misconduct",
    "asset_impairment",
    "customer_complaints",
    "product_violation",
    "withdrawal_trouble",
    "operator_absconded",
    "business_closure",
    "abnormal_trading",
)
"""What threatens a company, by the types of the FinESE set."""

TAGS = ("O", "B-CAUSE", "I-CAUSE", "B-EFFECT", "I-EFFECT")
STATEMENTS = (
    "nothing",
    "stated_down",
    "stated_up",
    "hypothetical_down",
    "hypothetical_up",
    "denied_down",
    "denied_up",
    "ended_down",
    "ended_up",
)
"""What a text states of a name: how it is meant, and which way the name's own quantity goes (`StatedShock`)."""

ROWS_AT_ONCE = 8
"""Most rows of one computation. With more, some processors take other kernels, and the last bits of a row follow the
size of its batch (measured on one without AVX-512, 2026-11-28: equal for 1 to 8 rows, not for 12 and more)."""

SEQUENCE = -1
"""Stands for `T` in a shape."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One named tensor; `shape` leaves out the batch axis."""

    name: str
    dtype: str
    shape: tuple[int, ...]


INPUTS = (
    Tensor("input_ids", "INT32", (SEQUENCE,)),
    Tensor("attention_mask", "INT32", (SEQUENCE,)),
    # token positions [start, end) of each mention; an empty slot is (0, 0)
    Tensor("mention_spans", "INT32", (MENTION_SLOTS, 2)),
    Tensor("kg_features", "FP32", (MENTION_SLOTS, KG_FEATURES)),
    Tensor("context_features", "FP32", (CONTEXT_FEATURES,)),
)

OUTPUTS = (
    Tensor("document_probabilities", "FP32", (len(LABELS),)),
    Tensor("mention_probabilities", "FP32", (MENTION_SLOTS, len(LABELS))),
    Tensor("mention_relevance", "FP32", (MENTION_SLOTS,)),
    Tensor("topic_probabilities", "FP32", (TOPICS,)),
    # unit length
    Tensor("embedding", "FP32", (EMBEDDING_SIZE,)),
    # signed contribution of each token to the positive-less-negative score
    Tensor("document_evidence", "FP32", (SEQUENCE,)),
    Tensor("mention_evidence", "FP32", (MENTION_SLOTS, SEQUENCE)),
    # that the text states a cause and its effect
    Tensor("causal_probability", "FP32", (1,)),
    Tensor("tag_probabilities", "FP32", (SEQUENCE, len(TAGS))),
    # zeros where the network was not taught them, as the next
    Tensor("risk_probabilities", "FP32", (len(RISK_TYPES),)),
    Tensor("mention_statements", "FP32", (MENTION_SLOTS, len(STATEMENTS))),
)
OF_FURTHER_NETWORKS = frozenset({"risk_probabilities"})
"""Outputs that no main network's file has."""

MAY_LACK = OF_FURTHER_NETWORKS | {"mention_statements"}
"""Outputs that a network's file need not have; zeros stand in for them."""


def bucket_of(tokens: int) -> int:
    """Return the padded length of a row of `tokens` tokens (at most the largest bucket)."""
    return next(bucket for bucket in BUCKETS if tokens <= bucket)
