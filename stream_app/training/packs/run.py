"""A run of a pack as a folder: its record, checkpoint and weights, and all that is needed to read texts with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import torch
from pydantic import BaseModel, ValidationError
from transformers import AutoConfig, AutoModel

from stream_app.adapters.whole_file import write_whole
from stream_app.errors import DataError
from stream_app.pipeline.text import MAX_TOKENS
from stream_app.training.config import TrainConfig
from stream_app.training.encoder import load_encoder, load_tokenizer
from stream_app.training.fit import Progress, fit
from stream_app.training.judged import HeadScore, Judged, score, score_at
from stream_app.training.packs.corpus import DEV, PackCorpus, load_corpus
from stream_app.training.packs.judging import judge
from stream_app.training.packs.network import PackNetwork, cut
from stream_app.training.packs.pack import Pack
from stream_app.training.packs.task import PackTask
from stream_app.training.packs.term_graph import TermGraph, read_graph
from stream_app.training.source_file import SourceFile
from stream_app.training.temperature import Temperature
from stream_app.training.weights import read_weights, write_weights

RECORD, _GRAPH, _ENCODER, _TOKENIZER = (
    "pack.json",
    "graph.csv",
    "config.json",
    "tokenizer.json",
)


class PackRecord(BaseModel):
    """What a finished run of a pack was made of, and the temperature of each head; `folder` is the pack's."""

    pack: Pack
    folder: Path
    config: TrainConfig
    classes: dict[str, tuple[str, ...]]
    files: tuple[SourceFile, ...]
    temperatures: dict[str, Temperature]


@dataclass(frozen=True, slots=True)
class PackSources:
    """Where a run takes things from; `data` None is the pack's own folder."""

    encoder: Path
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class PackModel:
    """A finished run, ready to read."""

    record: PackRecord
    network: PackNetwork
    corpus: PackCorpus


def train(
    run: Path, pack: Pack, sources: PackSources, *, config: TrainConfig, report: Callable[[Progress], None]
) -> None:
    """Train into the folder `run`, going on where an interrupted call stopped; temperatures come last."""
    run.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus(pack, sources.data, load_tokenizer(sources.encoder, config.max_tokens))
    torch.manual_seed(config.seed)
    network = _network(cut(load_encoder(sources.encoder), pack.encoder), pack, corpus)
    fit(PackTask(network, pack, corpus, config=config), config=config, run=run, report=report)
    shutil.copyfile(sources.encoder / _TOKENIZER, run / _TOKENIZER)
    network.encoder.config.save_pretrained(run)  # type: ignore[union-attr,operator]
    if pack.graph:
        shutil.copyfile(pack.folder / pack.graph, run / _GRAPH)
    write_weights(run, network.state_dict())
    judged = judge(network, pack, corpus, texts=corpus.judged[DEV])
    record = PackRecord(
        pack=pack,
        folder=pack.folder.resolve(),
        config=config,
        classes=corpus.classes,
        files=corpus.files,
        temperatures={name: one.temperature() for name, one in judged.items()},
    )
    write_whole(run / RECORD, record.model_dump_json(indent=2))


def load_run(run: Path) -> PackModel:
    """Return a finished run of a pack, with its graph and no texts; DataError where there is none."""
    try:
        record = PackRecord.model_validate_json((run / RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{run} holds no finished run of a pack; finish it with: stream-app model train --pack NAME --out {run}"
        ) from error
    graph = read_graph(run / _GRAPH) if record.pack.graph else TermGraph({})
    corpus = PackCorpus((), {}, record.classes, graph, load_tokenizer(run, MAX_TOKENS), record.files)
    encoder = AutoModel.from_config(AutoConfig.from_pretrained(run), add_pooling_layer=False)
    network = _network(encoder, record.pack, corpus)
    network.load_state_dict(read_weights(run))
    return PackModel(record, network.eval(), corpus)


def evaluate(run: Path, data: Path | None = None) -> dict[str, dict[str, HeadScore]]:
    """Return each head's figures, at its temperature, for each set that nothing was trained on; and keep them."""
    model = load_run(run)
    pack = model.record.pack.model_copy(update={"folder": model.record.folder})
    corpus = replace(load_corpus(pack, data, load_tokenizer(run, MAX_TOKENS)), graph=model.corpus.graph)
    scores = {}
    for name, texts in corpus.judged.items():
        # the dev texts gave the temperatures, so their calibration is shown by folds
        figures_of = score_at if name == DEV else _score_apart
        judged = judge(model.network, pack, corpus, texts=texts)
        heats = model.record.temperatures
        scores[name] = {head: figures_of(one.at(heats[head]), heats[head]) for head, one in judged.items()}
    write_whole(run / "metrics.json", orjson.dumps(scores, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return scores


def _score_apart(judged: Judged, _: Temperature) -> HeadScore:
    return score(judged)


def _network(encoder: torch.nn.Module, pack: Pack, corpus: PackCorpus) -> PackNetwork:
    classes = {
        head.name: len(head.classes if head.kind == "tokens" else corpus.classes[head.name]) for head in pack.heads
    }
    return PackNetwork(encoder, pack, classes=classes, graph=corpus.graph.size)
