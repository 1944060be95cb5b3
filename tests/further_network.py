"""A small network for Chinese, with random weights, and a repository whose served version has it beside its main one.

It answers as a trained one does: it tells types of risk, states no cause ever, and calls no token part of one.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper, parser
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from stream_app.adapters.model_repository import read_metadata
from stream_app.pipeline.tensors import BUCKETS, EMBEDDING_SIZE, KG_FEATURES, LABELS, RISK_TYPES, TAGS, TOPICS
from stream_app.promotion.networks import add_network
from stream_app.promotion.switching import promote
from stream_app.training.onnx_weights import store_bytes
from tests.model_versions import SHIPPED, english_repository

PIECES = tuple(
    "宁德 时代 宁德时代 宣布 回购 股份 净利润 同比 下降 上涨 公司 腾讯 业绩 大幅 银行 30% iPhone ▁ ▁公司".split()
)
_SIGNS = "宁德时代宣布回购股份净利润同比下降上涨公司腾讯业绩大幅银行的不0123456789abcdefghijklmnopqrstuvwxyz%。，,"
_SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")
_GRAPH = """
<ir_version: 9, opset_import: ["" : 18]>
fusion (
    int32[batch, tokens] input_ids, int32[batch, tokens] attention_mask, int32[batch, 8, 2] mention_spans,
    float[batch, 8, 32] kg_features, float[batch, 8] context_features
) => (
    float[batch, 3] document_probabilities, float[batch, 8, 3] mention_probabilities, float[batch, 8] mention_relevance,
    float[batch, 20] topic_probabilities, float[batch, 384] embedding, float[batch, tokens] document_evidence,
    float[batch, 8, tokens] mention_evidence, float[batch, 1] causal_probability,
    float[batch, tokens, 5] tag_probabilities, float[batch, 22] risk_probabilities
) {
    words = Gather (word_vectors, input_ids)
    there = Cast <to = 1> (attention_mask)
    mask = Unsqueeze (there, last)
    read = Mul (words, mask)
    sum = ReduceSum <keepdims = 0> (read, one)
    count = ReduceSum <keepdims = 1> (there, one)
    mean = Div (sum, count)
    mixed = MatMul (mean, mixing)
    pooled = Tanh (mixed)
    size = ReduceL2 <keepdims = 1> (pooled, one)
    embedding = Div (pooled, size)
    of_document = MatMul (pooled, to_labels)
    document_probabilities = Softmax <axis = -1> (of_document)
    of_topic = MatMul (pooled, to_topics)
    topic_probabilities = Softmax <axis = -1> (of_topic)
    of_risk = MatMul (pooled, to_risks)
    risk_probabilities = Softmax <axis = -1> (of_risk)
    pulls = MatMul (read, to_pull)
    document_evidence = Squeeze (pulls, last)
    shape = Shape (input_ids)
    length = Gather (shape, second)
    places = Range (nought, length, unit)
    spans = Cast <to = 7> (mention_spans)
    starts = Gather <axis = 2> (spans, first_column)
    ends = Gather <axis = 2> (spans, second_column)
    begun = GreaterOrEqual (places, starts)
    unended = Less (places, ends)
    both = And (begun, unended)
    inside = Cast <to = 1> (both)
    named = MatMul (inside, read)
    known = MatMul (kg_features, from_graph)
    told = Add (named, known)
    mentions = Tanh (told)
    of_mentions = MatMul (mentions, to_labels)
    mention_probabilities = Softmax <axis = -1> (of_mentions)
    central = MatMul (mentions, to_pull)
    centre = Sigmoid (central)
    mention_relevance = Squeeze (centre, last)
    beside = Unsqueeze (document_evidence, one)
    mention_evidence = Mul (inside, beside)
    nothing = ReduceSum <keepdims = 1> (document_evidence, one)
    causal_probability = Mul (nothing, zero)
    no_tags = Mul (mask, zero)
    tag_probabilities = Add (no_tags, outside)
}
"""


def _weights(words: int, size: int) -> dict[str, NDArray[np.generic]]:
    draw = np.random.default_rng(4)

    def drawn(*shape: int) -> NDArray[np.float32]:
        return draw.normal(0, 2 / np.sqrt(shape[0]), shape).astype(np.float32)

    return {
        "word_vectors": draw.normal(0, 1, (words, size)).astype(np.float32),
        "mixing": drawn(size, size),
        "to_labels": drawn(size, len(LABELS)),
        "to_topics": drawn(size, TOPICS),
        "to_risks": drawn(size, len(RISK_TYPES)) * 4,
        "to_pull": drawn(size, 1),
        "from_graph": drawn(KG_FEATURES, size),
        "outside": np.eye(len(TAGS), dtype=np.float32)[0],
        "zero": np.zeros(1, np.float32),
        "one": np.array([1]),
        "last": np.array([-1]),
        "second": np.array(1),
        "nought": np.array(0),
        "unit": np.array(1),
        "first_column": np.array([0]),
        "second_column": np.array([1]),
    }


def _write_onnx(words: int, file: Path, *, size: int) -> None:
    model = parser.parse_model(_GRAPH.replace("float[batch, 384]", f"float[batch, {size}]"))
    weights = _weights(words, size)
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in weights.items())
    store_bytes(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def chinese_tokenizer() -> Tokenizer:
    """Return a unigram tokenizer of a few words and single signs, built as that of multilingual-e5."""
    signs = [sign for sign in dict.fromkeys(_SIGNS) if sign not in PIECES]
    vocabulary = [(piece, 0.0) for piece in _SPECIAL]
    vocabulary += [(piece, -2.0 - number / 10) for number, piece in enumerate(PIECES)]
    vocabulary += [(sign, -9.0) for sign in signs]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(list(_SPECIAL))
    return tokenizer


def write_chinese(folder: Path, *, embedding_size: int = EMBEDDING_SIZE, **metadata: object) -> Path:
    """Write a draft of the network, as an exporter does; return its folder."""
    folder.mkdir(parents=True)
    tokenizer = chinese_tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_onnx(tokenizer.get_vocab_size(), folder / "model.onnx", size=embedding_size)
    about = {
        "version": "",
        "sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        "languages": ["zh"],
        "labels": LABELS,
        "topics": read_metadata(SHIPPED)["topics"],
        "buckets": BUCKETS,
        "accuracy_fp32": {"document": 0.75},
        "scores": {"document": {"accuracy": 0.749}},
    }
    (folder / "metadata.json").write_text(json.dumps(about | metadata))
    return folder


def bilingual_repository(folder: Path, draft: Path) -> Path:
    """Return a repository that serves version 2: the shipped one with the network of the draft as `zh`."""
    repository = english_repository(folder)
    number = add_network(repository, draft, "zh", backend=SHIPPED / "model.py")
    asyncio.run(promote(repository, number, at=datetime(2026, 11, 29, tzinfo=UTC), triton=None))
    return repository
