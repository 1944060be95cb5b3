"""The texts that a study of precisions is made on: training texts for scales, dev texts for scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stream_app.adapters.batching import BatchLimits, pack
from stream_app.training.corpus import Corpus
from stream_app.training.evaluation import rows_of
from stream_app.training.precision.int8 import Arrays

_LIMITS = BatchLimits(rows=16, tokens=512)


def calibration_batches(corpus: Corpus, texts: int, *, seed: int) -> list[Arrays]:
    """Return training texts, drawn by the seed, as batches."""
    rng = np.random.default_rng(seed)
    places = rng.choice(len(corpus.train), min(texts, len(corpus.train)), replace=False)
    rows = rows_of(corpus, [corpus.train[place] for place in places])
    return [batch.inputs() for batch in pack(rows, _LIMITS)]


def sampled(corpus: Corpus, share: float, *, seed: int) -> Corpus:
    """Return the corpus with this share of its dev texts, drawn by the seed."""
    rng = np.random.default_rng(seed)
    dev, causal = (
        tuple(texts[place] for place in np.sort(rng.permutation(len(texts))[: round(share * len(texts))]))
        for texts in (corpus.dev, corpus.causal_dev)
    )
    return replace(corpus, dev=dev, causal_dev=causal)
