"""The network for Chinese on the command line: trained, evaluated and exported by the commands of `model`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from stream_app.adapters.model_repository import WEIGHTS, read_metadata, read_model
from stream_app.cli.model_options import repository_of
from stream_app.cli.training_bar import training_bar

if TYPE_CHECKING:
    from stream_app.training.judged import HeadScore

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415


class Language(StrEnum):
    """What a network reads, by its ISO 639-1 code."""

    ENGLISH = "en"
    CHINESE = "zh"


Scores = dict[str, dict[str, "HeadScore"]]


def train_chinese(
    out: Path, data: Path, *, recipe: Path | None, seed: int | None, epochs: int | None, start: Path | None
) -> None:
    """Train a run, going on where an interrupted call stopped."""
    from stream_app.training.chinese.corpus import load_corpus
    from stream_app.training.chinese.run import RECIPE, train
    from stream_app.training.config import load_config

    config = load_config(recipe or RECIPE, seed=seed, epochs=epochs)
    corpus = load_corpus(data)
    with training_bar("training") as report:
        train(out, corpus, config=config, report=report, start=start)


def evaluate_chinese(run: Path, data: Path, repository: Path | None) -> Scores:
    """Return the figures of a run in single precision, and of what a `repository` serves for Chinese, if anything."""
    from stream_app.adapters.openvino import OpenVinoRuntime
    from stream_app.training.chinese.corpus import load_corpus
    from stream_app.training.chinese.export import scores_at
    from stream_app.training.chinese.judging import judge, judge_kinds, judge_unseen
    from stream_app.training.chinese.run import load_network
    from stream_app.training.chinese.served import uncalibrated
    from stream_app.training.encoder import load_tokenizer
    from stream_app.training.evaluation import torch_infer
    from stream_app.training.judged import score
    from stream_app.training.temperature import temperatures_told

    dev, network, tokenizer = load_corpus(data).dev, load_network(run), load_tokenizer(run)
    files = read_model(repository_of(repository))
    infer = torch_infer(uncalibrated(network, files.topics))
    plain = judge(infer, dev, tokenizer, topics=files.topics)
    found = {"fp32": scores_at(plain, {}) | {"kinds": score(judge_kinds(network, dev, tokenizer).judged())}}
    found["fp32, unseen"] = {kind: score(one.judged()) for kind, one in judge_unseen(infer, tokenizer).items()}
    for one in files.further if repository else ():
        if Language.CHINESE in one.languages:
            infer, tokenizer = OpenVinoRuntime(one.folder / WEIGHTS).infer, load_tokenizer(one.folder)
            said = judge(infer, dev, tokenizer, topics=files.topics)
            found["served"] = scores_at(said, temperatures_told(read_metadata(one.folder)["temperatures"]))
            found["served, unseen"] = {
                kind: score(said.judged()) for kind, said in judge_unseen(infer, tokenizer).items()
            }
    return found
