"""A finished run becomes a version of the model: temperatures fitted, one ONNX file written and held to the run."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from stream_app.adapters.model_repository import METADATA, TOKENIZER, WEIGHTS, read_metadata, version_numbers
from stream_app.adapters.openvino import OpenVinoRuntime, RuntimeReport
from stream_app.errors import DataError
from stream_app.pipeline.tensors import BUCKETS, LABELS, MODEL_NAME
from stream_app.pipeline.text import MAX_TOKENS
from stream_app.promotion.gate import FULL_PRECISION, SERVED, check_loss
from stream_app.promotion.install import install
from stream_app.promotion.networks import carry_networks
from stream_app.promotion.switching import held, settle_installed, standing_of
from stream_app.training.corpus import Corpus
from stream_app.training.encoder import load_tokenizer
from stream_app.training.evaluation import HeadScore, Judged, judge, score, torch_infer
from stream_app.training.judged import score_at
from stream_app.training.network import FusionNetwork
from stream_app.training.onnx_file import write_onnx
from stream_app.training.served import HEADS, ServedNetwork, uncalibrated
from stream_app.training.temperature import Temperature
from stream_app.training.triton_config import write_missing_configs

LANGUAGES = ("en",)
MOST_BYTES = 50_000_000

Scores = dict[str, HeadScore]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `before` are the scores at temperature 1, `fp32` and `served` those at the fitted ones.

    `number` is its folder in the repository, `version` the name that goes into events; 0 and empty until it has them.
    """

    number: int
    version: str
    sha256: str
    bytes: int
    temperatures: dict[str, Temperature]
    before: Scores
    fp32: Scores
    served: Scores
    runtime: RuntimeReport


def fit_temperatures(judged: dict[str, Judged]) -> dict[str, Temperature]:
    """Return one temperature for each head, from the dev texts."""
    return {head: judged[head].temperature() for head in HEADS if head in judged}


def asked_at(plain: Mapping[str, Judged], temperatures: Mapping[str, Temperature]) -> dict[str, Judged]:
    """Return what heads say at these temperatures."""
    return {head: one.at(temperatures[head]) for head, one in plain.items()}


def scores_at(judged: Mapping[str, Judged], temperatures: Mapping[str, Temperature]) -> Scores:
    """Return the figures of heads that were asked at these temperatures."""
    return {head: score_at(one, temperatures[head]) for head, one in judged.items()}


def export(
    network: FusionNetwork,
    corpus: Corpus,
    *,
    tokenizer: Path,
    repository: Path,
    backend: Path,
    report: Callable[[str], None],
) -> Exported:
    """Put the network into the model repository under the next number; the first one there is served at once.

    Networks for further languages are taken along from the version that is served.

    `backend` is Triton's `model.py`; `report` hears of each step. Raises DataError, and leaves the repository as it
    was, where what would be served is worse than the run by more than 0.3 points of accuracy, or too large.
    """
    report("scoring the run")
    plain = judge(torch_infer(uncalibrated(network)), corpus)
    temperatures = fit_temperatures(plain)
    calibrated = ServedNetwork(network, temperatures)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)
        report("writing the file")
        write_onnx(calibrated, draft / WEIGHTS)
        report("scoring the file as it is served")
        runtime = OpenVinoRuntime(draft / WEIGHTS)
        judged = plain, asked_at(plain, temperatures)
        done = _exported(draft, corpus, temperatures=temperatures, judged=judged, runtime=runtime)
        check(done)
        # The encoder's own cuts and pads every text; who serves decides on that.
        load_tokenizer(tokenizer.parent).save(str(draft / TOKENIZER), pretty=False)
        (draft / METADATA).write_bytes(_metadata(done, corpus.topics))
        return _installed(done, draft, repository, backend=backend)


def _installed(done: Exported, draft: Path, repository: Path, *, backend: Path) -> Exported:
    model = repository / MODEL_NAME
    with held(repository):
        standing = standing_of(repository) if version_numbers(repository) else None
        if standing and standing.served is not None:
            carry_networks(model / str(standing.served), draft)
        number = install(draft, repository, backend=backend)
        write_missing_configs(model)
        settle_installed(repository, standing)
    return replace(done, number=number, version=read_metadata(model / str(number))["version"])


def _exported(
    draft: Path,
    corpus: Corpus,
    *,
    temperatures: dict[str, Temperature],
    judged: tuple[dict[str, Judged], dict[str, Judged]],
    runtime: OpenVinoRuntime,
) -> Exported:
    content = (draft / WEIGHTS).read_bytes()
    plain, calibrated = judged
    return Exported(
        number=0,
        version="",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        temperatures=temperatures,
        before={head: score(one) for head, one in plain.items()},
        fp32=scores_at(calibrated, temperatures),
        served=scores_at(judge(runtime.infer, corpus), temperatures),
        runtime=runtime.report,
    )


def check(done: Exported) -> None:
    """Raise DataError where the file is too large, or a head lost more than 0.3 points on the way."""
    if done.bytes >= MOST_BYTES:
        raise DataError(f"model.onnx would have {done.bytes} bytes, over {MOST_BYTES}: train a smaller encoder")
    check_loss(_accuracies(done.fp32), _accuracies(done.served))


def _accuracies(scores: Scores) -> dict[str, float]:
    return {head: one.accuracy for head, one in scores.items()}


def _metadata(done: Exported, topics: tuple[str, ...]) -> bytes:
    return orjson.dumps(
        {
            "version": done.version,
            "sha256": done.sha256,
            "languages": LANGUAGES,
            "labels": LABELS,
            "topics": topics,
            "max_tokens": MAX_TOKENS,
            "buckets": BUCKETS,
            "temperatures": done.temperatures,
            FULL_PRECISION: _accuracies(done.fp32),
            SERVED: done.served,
        },
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )
