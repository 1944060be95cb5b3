"""How good the model is on dev texts: any runtime of it, fed and read exactly as in serving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from stream_app.adapters.batching import BatchLimits, in_order, pack, unpack
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import EMBEDDING_SIZE, INPUTS
from stream_app.training.batches import Collator
from stream_app.training.causal_evaluation import judge_causal
from stream_app.training.corpus import Corpus
from stream_app.training.examples import Example
from stream_app.training.judged import HeadScore, Judged, score
from stream_app.training.served import ServedModule
from stream_app.training.split import fold_of
from stream_app.training.stated_texts import UNSEEN_STATEMENTS, read_stated, stated_texts
from stream_app.training.statement_evaluation import judge_statements
from stream_app.training.written import DATA, read_written

__all__ = ["HeadScore", "Judged", "judge", "judge_unseen", "score", "torch_infer"]

Arrays = Mapping[str, NDArray[np.generic]]
Infer = Callable[[Arrays], Arrays]
_EMBEDDING = "embedding"
UNSEEN = {"reports": "document", "posts": "document", "names": "mention", "events": "mention"}
"""Kinds of texts that were written to be judged by alone, and the head that is asked (`data/README.md`)."""

_LIMITS = BatchLimits(rows=64, tokens=2048)


def torch_infer(network: ServedModule) -> Infer:
    """Return the network as a runtime, in single precision.

    An encoder that is never served may be of another width: of its embeddings, which no head's figures read, as many
    numbers are told as a served one has.
    """
    network.eval()

    def infer(inputs: Arrays) -> Arrays:
        with torch.inference_mode():
            outputs = network(*(torch.from_numpy(inputs[tensor.name]) for tensor in INPUTS))
        told = {tensor.name: array.numpy() for tensor, array in zip(network.told, outputs, strict=True)}
        if _EMBEDDING in told:
            told[_EMBEDDING] = told[_EMBEDDING][:, :EMBEDDING_SIZE]
        return told

    return infer


def judge(infer: Infer, corpus: Corpus) -> dict[str, Judged]:
    """Return what the model says of the dev texts, for each head that has labels there."""
    pairs = _answers(infer, corpus, corpus.dev)
    said = {
        "document": list(_documents(pairs)),
        "mention": list(_mentions(pairs)),
        "topic": list(_topics(pairs, corpus.topics)),
        "relevance": list(_relevance(pairs)),
    }
    return {
        **{head: _judged(ones) for head, ones in said.items() if ones},
        **judge_causal(infer, corpus),
        **judge_statements(infer, corpus.tokenizer, stated_texts(held_out=True)),
    }


def judge_unseen(infer: Infer, corpus: Corpus) -> dict[str, tuple[str, Judged]]:
    """Return for each kind of text that no training set is like the head that is asked, and what it says."""
    found = {}
    for kind, head in UNSEEN.items():
        pairs = _answers(infer, corpus, list(read_written(DATA / f"unseen_{kind}.jsonl")))
        found[kind] = head, _judged(_mentions(pairs) if head == "mention" else _documents(pairs))
    told = judge_statements(infer, corpus.tokenizer, list(read_stated(UNSEEN_STATEMENTS)))
    return found | {head: (head, judged) for head, judged in told.items()}


def hits(infer: Infer, corpus: Corpus, examples: Sequence[Example]) -> list[bool]:
    """Tell for each given sentiment of the examples, of texts and of names, whether the model says the same.

    Names beyond what it reads of a text are left out.
    """
    rows = rows_of(corpus, examples)
    pairs = _answers(infer, corpus, [_as_read(*pair) for pair in zip(examples, rows, strict=True)])
    return [int(said.argmax()) == label for judge_one in (_documents, _mentions) for said, label, _ in judge_one(pairs)]


def _answers(infer: Infer, corpus: Corpus, examples: Sequence[Example]) -> Pairs:
    batches = pack(rows_of(corpus, examples), _LIMITS)
    results = in_order(batches, [unpack(batch, infer(batch.inputs())) for batch in batches])
    return list(zip(examples, results, strict=True))


def rows_of(corpus: Corpus, examples: Sequence[Example]) -> list[ModelRow]:
    """Return the examples as serving would give them to the model."""
    collator = Collator(corpus.tokenizer, corpus.gazetteer, topics=corpus.topics)
    return [_row(collator, example) for example in examples]


def _as_read(example: Example, row: ModelRow) -> Example:
    """Return the example without the labels of names that stand beyond the row."""
    read = (row.mention_spans[:, 0] < row.mention_spans[:, 1]).tolist()
    mentions = [one if seen else replace(one, label=None) for one, seen in zip(example.mentions, read, strict=True)]
    return replace(example, mentions=tuple(mentions))


def _row(collator: Collator, example: Example) -> ModelRow:
    mentions = len(example.mentions)
    ids, _, spans, kg, context = (tensor.numpy()[0] for tensor in collator.batch([example], [0]).inputs)
    return ModelRow(ids, spans[:mentions], kg[:mentions], context)


Judgement = tuple[NDArray[np.float32], int, int]
Pairs = Sequence[tuple[Example, RowResult]]


def _documents(pairs: Pairs) -> Iterator[Judgement]:
    for example, result in pairs:
        if example.document is not None and not example.weak:
            yield result.document_probabilities, example.document, fold_of(example.text)


def _mentions(pairs: Pairs) -> Iterator[Judgement]:
    for example, result in pairs:
        for mention, probabilities in zip(example.mentions, result.mention_probabilities, strict=True):
            if mention.label is not None and not mention.weak:
                yield probabilities, mention.label, fold_of(example.text)


def _topics(pairs: Pairs, topics: Sequence[str]) -> Iterator[Judgement]:
    for example, result in pairs:
        if example.topic is not None:
            yield result.topic_probabilities, topics.index(example.topic), fold_of(example.text)


def _relevance(pairs: Pairs) -> Iterator[Judgement]:
    for example, result in pairs:
        for mention, chance in zip(example.mentions, result.mention_relevance, strict=True):
            if not mention.weak:
                yield np.array([1 - chance, chance]), int(mention.salient), fold_of(example.text)


def _judged(judgements: Iterable[Judgement]) -> Judged:
    probabilities, labels, folds = zip(*judgements, strict=True)
    return Judged(np.stack(probabilities).astype(np.float64), np.array(labels), np.array(folds))
