"""A finished run for Chinese becomes a network of the model: calibrated, written, and held to the run."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import orjson

from stream_app.adapters.model_repository import METADATA, TOKENIZER, WEIGHTS, read_model
from stream_app.adapters.openvino import OpenVinoRuntime
from stream_app.pipeline.tensors import BUCKETS, LABELS
from stream_app.pipeline.text import MAX_TOKENS
from stream_app.promotion.gate import FULL_PRECISION, SERVED, check_loss
from stream_app.promotion.install import CARD
from stream_app.promotion.networks import add_network
from stream_app.training.chinese.card import model_card
from stream_app.training.chinese.corpus import ChineseCorpus, load_corpus
from stream_app.training.chinese.judging import JudgedSets, judge, judge_kinds, negative_or_not
from stream_app.training.chinese.run import load_network, load_record
from stream_app.training.chinese.served import HEADS, KINDS, ServedChinese, uncalibrated
from stream_app.training.encoder import load_tokenizer
from stream_app.training.evaluation import torch_infer
from stream_app.training.export import Exported, Scores
from stream_app.training.judged import score, score_apart
from stream_app.training.onnx_file import write_onnx
from stream_app.training.onnx_weights import store_bytes
from stream_app.training.temperature import Temperature

LANGUAGES = ("zh",)
FOLDER = "zh"
"""Name of the network within a version."""


def scores_at(judged: Mapping[str, JudgedSets], temperatures: Mapping[str, Temperature]) -> Scores:
    """Return the figures of heads that were asked at these temperatures; of names, whether the news is negative.

    Topics follow from other heads, so the rows that gave those their temperatures show the topics' calibration too.
    """
    apart = {head: judged[head].without(heat).cross_fitted() for head, heat in temperatures.items() if head in judged}
    asked, shown = _as_asked(judged), _as_asked(dict(judged) | apart)
    return {head: score_apart(one.judged(), shown[head].judged()) for head, one in asked.items()}


def _as_asked(judged: Mapping[str, JudgedSets]) -> dict[str, JudgedSets]:
    return dict(judged) | {"mention": negative_or_not(judged["mention"])}


def export(run: Path, data: Path, repository: Path, *, backend: Path, report: Callable[[str], None]) -> Exported:
    """Install a version that is the served one with the run's network as its network for Chinese; none is served yet.

    `backend` is Triton's `model.py`; `report` hears of each step. DataError, with the repository as it was, where the
    network would lose more than 0.3 points of accuracy in any head by being served.
    """
    corpus = load_corpus(data)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)
        done = write_network(run, corpus, draft, topics=read_model(repository).topics, report=report)
        card = model_card(done, corpus, load_record(run))
        (draft / CARD).write_text(card, encoding="utf-8")
        number = add_network(repository, draft, FOLDER, backend=backend)
    return replace(done, number=number, version=read_model(repository, number).version)


def write_network(
    run: Path, corpus: ChineseCorpus, draft: Path, *, topics: Sequence[str], report: Callable[[str], None]
) -> Exported:
    """Write the run's network into the folder `draft`; `topics` are those of the model, in its order.

    Of kinds, which are served as topics, there are figures in single precision alone.
    """
    network, tokenizer = load_network(run), load_tokenizer(run)
    report("scoring the run")
    kinds = judge_kinds(network, corpus.dev, tokenizer)
    plain = judge(torch_infer(uncalibrated(network, topics)), corpus.dev, tokenizer, topics=topics)
    asked = plain | {KINDS: kinds}
    temperatures = {head: asked[head].temperature() for head in HEADS if head in asked}
    calibrated = ServedChinese(network, temperatures, topics)
    report("writing the file")
    write_onnx(calibrated, draft / WEIGHTS, store_bytes)
    report("scoring the file as it is served")
    runtime = OpenVinoRuntime(draft / WEIGHTS)
    full = scores_at(judge(torch_infer(calibrated), corpus.dev, tokenizer, topics=topics), temperatures)
    served = scores_at(judge(runtime.infer, corpus.dev, tokenizer, topics=topics), temperatures)
    check_loss(_accuracies(full), _accuracies(served))
    content = (draft / WEIGHTS).read_bytes()
    done = Exported(
        number=0,
        version="",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        temperatures=temperatures,
        before={head: score(one.judged()) for head, one in (_as_asked(plain) | {KINDS: kinds}).items()},
        fp32=full | {KINDS: score_apart(kinds.at(temperatures[KINDS]).judged(), kinds.cross_fitted().judged())},
        served=served,
        runtime=runtime.report,
    )
    tokenizer.save(str(draft / TOKENIZER), pretty=False)
    (draft / METADATA).write_bytes(_metadata(done, topics))
    return done


def _accuracies(scores: Scores) -> dict[str, float]:
    return {head: one.accuracy for head, one in scores.items()}


def _metadata(done: Exported, topics: Sequence[str]) -> bytes:
    metadata = {
        "sha256": done.sha256,
        "languages": LANGUAGES,
        "labels": LABELS,
        "topics": topics,
        "max_tokens": MAX_TOKENS,
        "buckets": BUCKETS,
        "temperatures": done.temperatures,
        FULL_PRECISION: _accuracies({head: done.fp32[head] for head in done.served}),
        SERVED: done.served,
    }
    return orjson.dumps(metadata, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
