"""How good the Chinese network is on dev texts: any runtime of it, fed and read as in serving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from stream_app.adapters.batching import BatchLimits, in_order, pack, unpack
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import LABELS, RISK_TYPES, STATEMENTS
from stream_app.training.chinese.kinds import ALL_KINDS, TOPIC_OF_KIND
from stream_app.training.chinese.network import kinds_and_risks
from stream_app.training.chinese.rows import batch_of
from stream_app.training.chinese.texts import KIND_SET, RISK_SET, ChineseText
from stream_app.training.chinese.written import CHINESE_DATA, read_written
from stream_app.training.evaluation import Infer
from stream_app.training.judged import Judged
from stream_app.training.network import FusionNetwork
from stream_app.training.split import fold_of
from stream_app.training.stated_texts import UNSEEN_STATEMENTS, StatedText, read_stated, stated_texts
from stream_app.training.statement_evaluation import judge_statements
from stream_app.training.temperature import Probabilities, Temperature, cross_fitted, fit_to_sets

_LIMITS = BatchLimits(rows=64, tokens=2048)
UNSEEN = {"posts": "document", "news": "document", "names": "mention"}
"""Kinds of texts that were written to be judged by alone, and the head that is asked (`training/data/README.md`)."""

_NEGATIVE = LABELS.index("negative")
Pairs = Sequence[tuple[ChineseText, RowResult]]
Judgement = tuple[NDArray[np.float32], NDArray[np.bool_], int]


@dataclass(frozen=True, slots=True)
class JudgedSets:
    """Probabilities `[rows, classes]`, and which classes are right: several, where a set leaves it open."""

    probabilities: Probabilities
    right: NDArray[np.bool_]
    fold: NDArray[np.int64]

    def temperature(self) -> Temperature:
        """Return the one that makes what is right likeliest."""
        return fit_to_sets(self.probabilities, self.right)

    def at(self, temperature: Temperature) -> JudgedSets:
        """Return what a head at temperature 1 says at another one."""
        return replace(self, probabilities=temperature.applied(self.probabilities))

    def without(self, temperature: Temperature) -> JudgedSets:
        """Return what a head at a temperature says at temperature 1."""
        return replace(self, probabilities=temperature.undone(self.probabilities))

    def cross_fitted(self) -> JudgedSets:
        """Return the same where each fold of the rows has the temperature that the others give."""
        return replace(self, probabilities=cross_fitted(self.probabilities, self.right, self.fold))

    def merged(self, classes: Sequence[int]) -> JudgedSets:
        """Return what is left of the question where these classes are one, the last."""
        others = [one for one in range(self.probabilities.shape[1]) if one not in classes]
        return JudgedSets(
            np.column_stack((self.probabilities[:, others], self.probabilities[:, classes].sum(1))),
            np.column_stack((self.right[:, others], self.right[:, classes].all(1))),
            self.fold,
        )

    def judged(self) -> Judged:
        """Return one label for each row: the likeliest class where it is right, else the first that is."""
        found = self.probabilities.argmax(axis=-1)
        hit = self.right[np.arange(len(found)), found]
        return Judged(self.probabilities, np.where(hit, found, self.right.argmax(axis=-1)), self.fold)


def judge(
    infer: Infer, texts: Sequence[ChineseText], tokenizer: Tokenizer, *, topics: Sequence[str]
) -> dict[str, JudgedSets]:
    """Return what the model says of the texts, for each head that has labels there."""
    pairs = _answers(infer, texts, tokenizer)
    readers: dict[str, Callable[[Pairs], Iterator[Judgement]]] = {
        "document": _documents,
        "mention": _mentions,
        "relevance": _relevance,
        "risk": _risks,
        "topic": partial(_topics, topics=topics),
    }
    told = _statements(infer, tokenizer, stated_texts(CHINESE_DATA, held_out=True))
    return {head: _sets(read(pairs)) for head, read in readers.items()} | told


def judge_unseen(infer: Infer, tokenizer: Tokenizer) -> dict[str, JudgedSets]:
    """Return what the model says of each kind of text that no training set is like, of whole texts or of names."""
    found = {}
    for kind, head in UNSEEN.items():
        texts = list(read_written(CHINESE_DATA / f"unseen_{kind}.jsonl"))
        pairs = _answers(infer, texts, tokenizer)
        found[kind] = _sets(_named(pairs) if head == "mention" else _documents(pairs))
    return found | _statements(infer, tokenizer, list(read_stated(CHINESE_DATA / UNSEEN_STATEMENTS.name)))


def negative_or_not(mentions: JudgedSets) -> JudgedSets:
    """Return the question that FinNSP's people answered: is the news negative for the name?"""
    return mentions.merged([one for one in range(len(LABELS)) if one != _NEGATIVE])


def _answers(infer: Infer, texts: Sequence[ChineseText], tokenizer: Tokenizer) -> Pairs:
    rows = [_row(one, tokenizer) for one in texts]
    batches = pack(rows, _LIMITS)
    results = in_order(batches, [unpack(batch, infer(batch.inputs())) for batch in batches])
    return list(zip(texts, results, strict=True))


def _row(text: ChineseText, tokenizer: Tokenizer) -> ModelRow:
    ids, _, spans, kg, context = (tensor.numpy()[0] for tensor in batch_of([text], tokenizer).inputs)
    count = len(text.mentions)
    return ModelRow(ids, spans[:count], kg[:count], context)


def _sets(judgements: Iterator[Judgement]) -> JudgedSets:
    probabilities, right, folds = zip(*judgements, strict=True)
    return JudgedSets(np.stack(probabilities).astype(np.float64), np.stack(right), np.array(folds))


def _statements(infer: Infer, tokenizer: Tokenizer, texts: Sequence[StatedText]) -> dict[str, JudgedSets]:
    """Return what the model says of the names in these texts; nothing where it was not taught what texts state."""
    return {
        head: JudgedSets(one.probabilities, np.eye(len(STATEMENTS), dtype=np.bool_)[one.labels], one.fold)
        for head, one in judge_statements(infer, tokenizer, texts).items()
    }


def _documents(pairs: Pairs) -> Iterator[Judgement]:
    for text, result in pairs:
        if text.document is not None:
            yield result.document_probabilities, _of([text.document], len(LABELS)), fold_of(text.whole)


def _mentions(pairs: Pairs) -> Iterator[Judgement]:
    """Yield what is said of names that people labelled, not of those whose label was derived."""
    for text, result in pairs:
        for mention, probabilities in zip(text.mentions, result.mention_probabilities, strict=True):
            if mention.negative is not None:
                bad = _of([_NEGATIVE], len(LABELS))
                yield probabilities, bad if mention.negative else ~bad, fold_of(text.whole)


def _named(pairs: Pairs) -> Iterator[Judgement]:
    """Yield what is said of names whose label, one of three, was given."""
    for text, result in pairs:
        for mention, probabilities in zip(text.mentions, result.mention_probabilities, strict=True):
            if mention.label is not None and not mention.weak:
                yield probabilities, _of([mention.label], len(LABELS)), fold_of(text.whole)


def _relevance(pairs: Pairs) -> Iterator[Judgement]:
    for text, result in pairs:
        for mention, chance in zip(text.mentions, result.mention_relevance, strict=True):
            if mention.marked is not None:
                yield np.array([1 - chance, chance]), _of([int(mention.marked)], 2), fold_of(text.whole)


def _risks(pairs: Pairs) -> Iterator[Judgement]:
    """Yield what is said of the texts whose risk people labelled."""
    for text, result in pairs:
        if text.set_name == RISK_SET and text.risk is not None:
            right = _of([RISK_TYPES.index(text.risk)], len(RISK_TYPES))
            yield result.risk_probabilities, right, fold_of(text.whole)


def _topics(pairs: Pairs, topics: Sequence[str]) -> Iterator[Judgement]:
    """Yield what is said of news whose kind people labelled: any topic that one of its kinds amounts to is right."""
    for text, result in pairs:
        if text.set_name == KIND_SET and text.kinds:
            right = {topics.index(TOPIC_OF_KIND[kind]) for kind in text.kinds}
            yield result.topic_probabilities, _of(right, len(topics)), fold_of(text.whole)


def judge_kinds(network: FusionNetwork, texts: Sequence[ChineseText], tokenizer: Tokenizer) -> JudgedSets:
    """Return what the network itself, in single precision, says of the kinds of news; what is served are topics."""
    news = [text for text in texts if text.set_name == KIND_SET and text.kinds]
    found: list[NDArray[np.float32]] = []
    for text in news:
        with torch.inference_mode():
            kinds, _ = kinds_and_risks(network(*batch_of([text], tokenizer).inputs).topic)
        found.append(torch.softmax(kinds[0], dim=-1).numpy())
    right = [_of({ALL_KINDS.index(kind) for kind in text.kinds}, len(ALL_KINDS)) for text in news]
    return _sets(zip(found, right, (fold_of(text.whole) for text in news), strict=True))


def _of(right: Iterable[int], classes: int) -> NDArray[np.bool_]:
    truths = np.zeros(classes, dtype=np.bool_)
    truths[list(right)] = True
    return truths
