"""How well the causal heads do on dev texts of FinCausal: fed and read as in serving."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stream_app.adapters.batching import BatchLimits, in_order, pack, unpack
from stream_app.pipeline.features import context_features
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import KG_FEATURES
from stream_app.pipeline.text import normalise_for_model
from stream_app.pipeline.vocabulary import read_texts
from stream_app.pipeline.windows import Tokens
from stream_app.training.causal_examples import FINCAUSAL_DETECT, FINCAUSAL_SPANS, NO_TAG, CausalExample, tags_of
from stream_app.training.corpus import Corpus
from stream_app.training.judged import Judged
from stream_app.training.split import fold_of

_LIMITS = BatchLimits(rows=64, tokens=2048)

Arrays = Mapping[str, NDArray[np.generic]]
Read = tuple[CausalExample, Tokens, RowResult]


def judge_causal(infer: Callable[[Arrays], Arrays], corpus: Corpus) -> dict[str, Judged]:
    """Return what the model says of the dev texts of FinCausal; nothing where the data folder has none."""
    examples = [one for one in corpus.causal_dev if one.file in {FINCAUSAL_DETECT, FINCAUSAL_SPANS}]
    if not examples:
        return {}
    texts = list(dict.fromkeys(normalise_for_model(example.text) for example in examples))
    read = read_texts(corpus.tokenizer, texts)
    rows = [_row(tokens) for tokens in read]
    batches = pack(rows, _LIMITS)
    results = in_order(batches, [unpack(batch, infer(batch.inputs())) for batch in batches])
    said = {text: (tokens, result) for text, tokens, result in zip(texts, read, results, strict=True)}
    judged = [(example, *said[normalise_for_model(example.text)]) for example in examples]
    return {"causal": _detection(judged), "tags": _tags(judged)}


def _row(tokens: Tokens) -> ModelRow:
    return ModelRow(
        input_ids=tokens.ids,
        mention_spans=np.zeros((0, 2), dtype=np.int32),
        kg_features=np.zeros((0, KG_FEATURES), dtype=np.float32),
        context_features=context_features("news", followers=None, likes=None, reposts=None, replies=None),
    )


def _detection(read: Sequence[Read]) -> Judged:
    texts = [(example, result) for example, _, result in read if example.causal is not None]
    chances = np.array([result.causal_probability[0] for _, result in texts], dtype=np.float64)
    return Judged(
        np.stack((1 - chances, chances), axis=1),
        np.array([int(bool(example.causal)) for example, _ in texts]),
        np.array([fold_of(example.text) for example, _ in texts]),
    )


def _tags(read: Sequence[Read]) -> Judged:
    probabilities, labels, folds = zip(*_tagged(read), strict=True)
    lengths = tuple(len(one) for one in labels)
    return Judged(
        np.concatenate(probabilities).astype(np.float64),
        np.concatenate(labels),
        np.repeat(np.array(folds), lengths),
        lengths,
    )


def _tagged(read: Sequence[Read]) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64], int]]:
    for example, tokens, result in read:
        if example.relations:
            tags = tags_of(example, tokens.spans)
            yield result.tag_probabilities[tags != NO_TAG], tags[tags != NO_TAG], fold_of(example.text)
