"""A finished run becomes the served model: temperatures fitted, one ONNX file written and held against the run."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson

from stream_app.adapters.openvino import OpenVinoRuntime, RuntimeReport
from stream_app.errors import DataError
from stream_app.pipeline.tensors import BUCKETS, LABELS, MODEL_NAME
from stream_app.pipeline.text import MAX_TOKENS
from stream_app.training.calibration import fit_temperature
from stream_app.training.corpus import Corpus
from stream_app.training.encoder import load_tokenizer
from stream_app.training.evaluation import HeadScore, Judged, judge, score, torch_infer
from stream_app.training.network import FusionNetwork
from stream_app.training.onnx_file import write_onnx
from stream_app.training.served import HEADS, ServedNetwork, uncalibrated
from stream_app.training.triton_config import write_configs

VERSION = 1
LANGUAGES = ("en",)
MOST_BYTES = 50_000_000
MOST_LOSS = 0.003
_DIGITS = 12
_PARTS = ("model.onnx", "metadata.json", "tokenizer.json")

Scores = dict[str, HeadScore]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `before` are the scores at temperature 1, `fp32` and `served` those with the fitted ones."""

    version: str
    sha256: str
    bytes: int
    temperatures: dict[str, float]
    before: Scores
    fp32: Scores
    served: Scores
    runtime: RuntimeReport


def fit_temperatures(judged: dict[str, Judged]) -> dict[str, float]:
    """Return one temperature for each head, from the calibration half of the dev texts."""
    return {
        head: fit_temperature(judged[head].probabilities[judged[head].fitted], judged[head].labels[judged[head].fitted])
        for head in HEADS
        if head in judged
    }


def export(
    network: FusionNetwork, corpus: Corpus, *, tokenizer: Path, repository: Path, report: Callable[[str], None]
) -> Exported:
    """Put the network into the model repository; `report` hears of each step.

    Raises DataError, and leaves the repository as it was, where what would be served is worse than the run by more
    than three tenths of a point of accuracy, or too large.
    """
    report("scoring the run")
    plain = judge(torch_infer(uncalibrated(network)), corpus)
    temperatures = fit_temperatures(plain)
    calibrated = ServedNetwork(network, dict.fromkeys(HEADS, 1.0) | temperatures)
    model = repository / MODEL_NAME
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)
        report("writing the file")
        write_onnx(calibrated, draft / "model.onnx")
        report("scoring the file as it is served")
        runtime = OpenVinoRuntime(draft / "model.onnx")
        judged = plain, {head: one.at(temperatures[head]) for head, one in plain.items()}
        done = _exported(draft, corpus, temperatures=temperatures, judged=judged, runtime=runtime)
        check(done)
        # The encoder's own cuts and pads every text; who serves decides on that.
        load_tokenizer(tokenizer.parent).save(str(draft / "tokenizer.json"), pretty=False)
        (draft / "metadata.json").write_bytes(_metadata(done, corpus.topics))
        (model / str(VERSION)).mkdir(parents=True, exist_ok=True)
        for part in _PARTS:
            shutil.copyfile(draft / part, model / str(VERSION) / part)
    write_configs(model, done.version)
    return done


def _exported(
    draft: Path,
    corpus: Corpus,
    *,
    temperatures: dict[str, float],
    judged: tuple[dict[str, Judged], dict[str, Judged]],
    runtime: OpenVinoRuntime,
) -> Exported:
    content = (draft / "model.onnx").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    before, fp32, served = (_scores(one) for one in (*judged, judge(runtime.infer, corpus)))
    return Exported(
        version=f"{MODEL_NAME}-{VERSION}-{digest[:_DIGITS]}",
        sha256=digest,
        bytes=len(content),
        temperatures=temperatures,
        before=before,
        fp32=fp32,
        served=served,
        runtime=runtime.report,
    )


def _scores(judged: dict[str, Judged]) -> Scores:
    return {head: score(one) for head, one in judged.items()}


def check(done: Exported) -> None:
    """Raise DataError where the file is too large, or a head lost more than 0.3 points on the way."""
    if done.bytes >= MOST_BYTES:
        raise DataError(f"model.onnx would have {done.bytes} bytes, over {MOST_BYTES}: train a smaller encoder")
    for head, fp32 in done.fp32.items():
        lost = fp32.accuracy - done.served[head].accuracy
        if lost > MOST_LOSS:
            raise DataError(
                f"the {head} head loses {lost:.4f} of accuracy in {done.runtime.precision}, over {MOST_LOSS}: "
                "nothing was exported; train with another seed"
            )


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
            "scores": done.served,
        },
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )
