"""A finished run for Chinese becomes a network of the model: calibrated, written, and held to the run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from tokenizers import Tokenizer

from stream_app.adapters.model_repository import METADATA, TOKENIZER, WEIGHTS
from stream_app.adapters.openvino import OpenVinoRuntime, RuntimeReport
from stream_app.pipeline.tensors import BUCKETS, LABELS
from stream_app.pipeline.text import MAX_TOKENS
from stream_app.promotion.gate import FULL_PRECISION, SERVED, check_loss
from stream_app.training.chinese.corpus import ChineseCorpus
from stream_app.training.chinese.judging import JudgedSets, judge, judge_kinds, negative_or_not
from stream_app.training.chinese.run import load_network
from stream_app.training.chinese.served import ServedChinese, uncalibrated
from stream_app.training.encoder import load_tokenizer
from stream_app.training.evaluation import torch_infer
from stream_app.training.judged import HeadScore, score
from stream_app.training.onnx_file import write_onnx
from stream_app.training.onnx_weights import store_bytes

LANGUAGES = ("zh",)

Scores = dict[str, HeadScore]


@dataclass(frozen=True, slots=True)
class ExportedChinese:
    """What was written; `before` are the scores at temperature 1, `fp32` and `served` those with the fitted ones.

    `kinds` are the network's own, in single precision: what is served of them are topics.
    """

    sha256: str
    bytes: int
    temperatures: dict[str, float]
    before: Scores
    fp32: Scores
    served: Scores
    kinds: HeadScore
    runtime: RuntimeReport


def scores_of(judged: Mapping[str, JudgedSets]) -> Scores:
    """Return the figures of each head; of names, whether the news is negative for them."""
    asked = dict(judged) | {"mention": negative_or_not(judged["mention"])}
    return {head: score(one.judged()) for head, one in asked.items()}


def write_network(
    run: Path, corpus: ChineseCorpus, draft: Path, *, topics: Sequence[str], report: Callable[[str], None]
) -> ExportedChinese:
    """Write the run's network into the folder `draft`, for `add_network`; `topics` are those of the model.

    DataError where what is written is worse than the run by more than 0.3 points of accuracy in any head.
    """
    network, tokenizer = load_network(run), load_tokenizer(run, MAX_TOKENS)
    report("scoring the run")
    kinds = judge_kinds(network, corpus.dev, tokenizer)
    plain = judge(torch_infer(uncalibrated(network, topics)), corpus.dev, tokenizer, topics)
    temperatures = {head: plain[head].temperature() for head in ("document", "mention", "relevance", "risk")}
    temperatures["kinds"] = kinds.temperature()
    calibrated = ServedChinese(network, temperatures, topics)
    report("writing the file")
    draft.mkdir(parents=True, exist_ok=True)
    write_onnx(calibrated, draft / WEIGHTS, store_bytes)
    report("scoring the file as it is served")
    runtime = OpenVinoRuntime(draft / WEIGHTS)
    full = judge(torch_infer(calibrated), corpus.dev, tokenizer, topics)
    served = judge(runtime.infer, corpus.dev, tokenizer, topics)
    content = (draft / WEIGHTS).read_bytes()
    done = ExportedChinese(
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        temperatures=temperatures,
        before=scores_of(plain),
        fp32=scores_of(full),
        served=scores_of(served),
        kinds=score(kinds.at(temperatures["kinds"]).judged()),
        runtime=runtime.report,
    )
    check_loss(_accuracies(done.fp32), _accuracies(done.served))
    _write_rest(draft, done, tokenizer, topics)
    return done


def _accuracies(scores: Scores) -> dict[str, float]:
    return {head: one.accuracy for head, one in scores.items()}


def _write_rest(draft: Path, done: ExportedChinese, tokenizer: Tokenizer, topics: Sequence[str]) -> None:
    tokenizer.no_truncation()
    tokenizer.save(str(draft / TOKENIZER), pretty=False)
    metadata = {
        "sha256": done.sha256,
        "languages": LANGUAGES,
        "labels": LABELS,
        "topics": topics,
        "max_tokens": MAX_TOKENS,
        "buckets": BUCKETS,
        "temperatures": done.temperatures,
        FULL_PRECISION: _accuracies(done.fp32),
        SERVED: done.served,
    }
    (draft / METADATA).write_bytes(orjson.dumps(metadata, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
