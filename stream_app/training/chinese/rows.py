"""Chinese examples into tensors: the network's inputs, and the labels of each head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES, RISK_TYPES
from stream_app.pipeline.text import normalise_for_model
from stream_app.pipeline.vocabulary import read_texts
from stream_app.training.batches import NO_LABEL, token_span
from stream_app.training.chinese.kinds import ALL_KINDS
from stream_app.training.chinese.texts import ChineseText, Mention

_KIND = {name: place for place, name in enumerate(ALL_KINDS)}
_RISK = {name: place for place, name in enumerate(RISK_TYPES)}


@dataclass(frozen=True, slots=True)
class ChineseBatch:
    """Padded rows and their labels; `NO_LABEL` where there is none, truth values NaN.

    `kinds` `[batch, kinds]` shares one among the kinds of a text, and is zero where no set says.
    """

    inputs: tuple[Tensor, ...]
    document: Tensor
    mention: Tensor
    mention_weak: Tensor
    negative: Tensor
    marked: Tensor
    kinds: Tensor
    risk: Tensor


def batch_of(texts: Sequence[ChineseText], tokenizer: Tokenizer) -> ChineseBatch:
    """Return the batch of these texts, in their order."""
    tokens = read_texts(tokenizer, [normalise_for_model(one.text) for one in texts])
    slots = max(1, *(len(one.mentions) for one in texts))
    spans = torch.zeros(len(texts), slots, 2, dtype=torch.int32)
    for row, (one, of_text) in enumerate(zip(texts, tokens, strict=True)):
        for slot, mention in enumerate(one.mentions):
            spans[row, slot] = torch.tensor(token_span(of_text.spans.tolist(), mention.start, mention.end))
    mentions = [[*one.mentions, *[None] * (slots - len(one.mentions))] for one in texts]
    # A name beyond the last token that is read has no words.
    read = spans[..., 0] < spans[..., 1]
    return ChineseBatch(
        inputs=(
            _padded([one.ids for one in tokens]),
            _padded([np.ones_like(one.ids) for one in tokens]),
            spans,
            torch.zeros(len(texts), slots, KG_FEATURES),
            torch.zeros(len(texts), CONTEXT_FEATURES),
        ),
        document=torch.tensor([_label(one.document) for one in texts]),
        mention=torch.tensor([[_label(one.label if one else None) for one in row] for row in mentions]).masked_fill(
            ~read, NO_LABEL
        ),
        mention_weak=torch.tensor([[bool(one and one.weak) for one in row] for row in mentions]),
        negative=_truths(mentions, "negative").masked_fill(~read, torch.nan),
        marked=_truths(mentions, "marked").masked_fill(~read, torch.nan),
        kinds=torch.from_numpy(np.stack([_shares(one) for one in texts])),
        risk=torch.tensor([NO_LABEL if one.risk is None else _RISK[one.risk] for one in texts]),
    )


def _padded(rows: Sequence[NDArray[np.int32]]) -> Tensor:
    return nn.utils.rnn.pad_sequence([torch.from_numpy(row) for row in rows], batch_first=True)


def _label(label: int | None) -> int:
    return NO_LABEL if label is None else label


def _truths(mentions: Sequence[Sequence[Mention | None]], field: str) -> Tensor:
    values = [[getattr(one, field) if one else None for one in row] for row in mentions]
    return torch.tensor([[torch.nan if value is None else float(value) for value in row] for row in values])


def _shares(text: ChineseText) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    shares = np.zeros(len(ALL_KINDS), dtype=np.float32)
    for kind in text.kinds:
        shares[_KIND[kind]] += 1.0 / len(text.kinds)
    return shares
