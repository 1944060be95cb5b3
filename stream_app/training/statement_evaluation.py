"""How well the head on statements does on held-out texts: fed and read as in serving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from stream_app.adapters.batching import BatchLimits, in_order, pack, unpack
from stream_app.pipeline.features import context_features
from stream_app.pipeline.rows import ModelRow
from stream_app.training.judged import Judged
from stream_app.training.split import fold_of
from stream_app.training.stated_texts import StatedRow, StatedText, rows_of

_LIMITS = BatchLimits(rows=64, tokens=2048)

Arrays = Mapping[str, NDArray[np.generic]]


def judge_statements(
    infer: Callable[[Arrays], Arrays], tokenizer: Tokenizer, texts: Sequence[StatedText]
) -> dict[str, Judged]:
    """Return what the model says of the names in these texts; nothing where it was not taught what texts state."""
    rows = rows_of(tokenizer, texts)
    batches = pack([_row(row) for row in rows], _LIMITS)
    results = in_order(batches, [unpack(batch, infer(batch.inputs())) for batch in batches])
    if not any(result.mention_statements.any() for result in results):
        return {}
    return {
        "statements": Judged(
            np.concatenate([result.mention_statements for result in results]).astype(np.float64),
            np.concatenate([row.labels for row in rows]),
            np.repeat([fold_of(row.text) for row in rows], [len(row.labels) for row in rows]),
        )
    }


def _row(row: StatedRow) -> ModelRow:
    context = context_features("news", followers=None, likes=None, reposts=None, replies=None)
    return ModelRow(row.ids, row.spans, row.kg, context)
