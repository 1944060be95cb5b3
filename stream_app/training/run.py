"""A training run as a folder: its configuration, its checkpoint while it goes on, its weights when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import orjson
import torch
from pydantic import BaseModel, ValidationError
from torch import Tensor
from transformers import AutoConfig, AutoModel

from stream_app.adapters.whole_file import write_whole
from stream_app.errors import DataError
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.pipeline.text import MAX_TOKENS, normalise_for_model
from stream_app.training.checkpoint import tensors_digest
from stream_app.training.config import CausalConfig, DistilConfig, TrainConfig
from stream_app.training.corpus import Corpus, load_corpus, with_made, with_share
from stream_app.training.cost import write_cost
from stream_app.training.encoder import copy_encoder, load_encoder, load_tokenizer, sentence_embeddings
from stream_app.training.evaluation import HeadScore
from stream_app.training.fit import Progress, fit
from stream_app.training.fusion_task import FusionTask
from stream_app.training.lessons import causes_of, statements_of, with_lessons
from stream_app.training.network import FusionNetwork, add_heads_of
from stream_app.training.pretrain import PretrainRecord, read_pretrained
from stream_app.training.runs import Record
from stream_app.training.source_file import SourceFile
from stream_app.training.weights import read_weights, refuse_source, write_weights
from stream_app.training.written import DATA

RECORD, _METRICS = "run.json", "metrics.json"
_TEACHER, _TEACHER_DIGEST = "teacher.npy", "teacher.sha256"
_LEARNT_LAST = "causal_heads."


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a run takes things from.

    `graph` None trains without any entity's features; `start` is a finished run whose weights are trained further.
    """

    data: Path
    encoder: Path
    graph: KnowledgeGraph | None
    start: Path | None = None


class DistilRecord(BaseModel):
    """How a student was made: of which runs, on how many texts without labels beside the labelled ones.

    `accuracy` is the first teacher's, of each head on the dev texts: what a student of its own layers is held to. One
    `afresh` began with another encoder.
    """

    config: DistilConfig
    teachers: tuple[str, ...]
    files: tuple[SourceFile, ...]
    unlabelled: int
    accuracy: dict[str, float]
    afresh: bool = False


class RunRecord(Record):
    """What a finished run was made of; `topics` are in label order, `graph` is a version, `start` the run before.

    `causal` is how the heads on cause and effect were learnt, `pretrained` the self-supervised stage of the encoder
    that this run began with, `rehearsal` the share of old texts beside corrections, `distilled` how it was made a
    student; None where there was none. Of a run that is `imported`, the card of that version tells how it was made.
    """

    topics: tuple[str, ...]
    graph: str | None
    start: RunRecord | None = None
    causal: CausalConfig | None = None
    rehearsal: float | None = None
    pretrained: PretrainRecord | None = None
    distilled: DistilRecord | None = None


def train(run: Path, sources: Sources, config: TrainConfig, *, report: Callable[[Progress], None]) -> None:
    """Train into the folder `run`, going on where an interrupted call stopped."""
    corpus = load_corpus(sources.data, load_tokenizer(sources.encoder, config.max_tokens), sources.graph)
    made = with_made(with_share(corpus, config.label_share), config)
    write_record(run, train_on(run, made, sources, config=config, report=report))


def train_on(
    run: Path, corpus: Corpus, sources: Sources, *, config: TrainConfig, report: Callable[[Progress], None]
) -> RunRecord:
    """Train on a corpus, into the folder `run`, going on where an interrupted call stopped.

    Return what the run was made of: it is finished when that is written, which is left to who may refuse it.
    """
    refuse_source(run, sources.start)
    copy_encoder(sources.encoder, run)
    torch.manual_seed(config.seed)
    network = first_network(sources, len(corpus.topics))
    embeddings = kept_embeddings(run, sources.encoder, corpus, config=config)
    task = FusionTask(network, corpus, embeddings, config=config)
    lessons = with_lessons(task, corpus.tokenizer, config, stated=DATA, corpus=corpus)
    write_cost(run, fit(lessons, config=config, run=run, report=report))
    write_weights(run, network.state_dict())
    start = load_record(sources.start) if sources.start else None
    return RunRecord(
        config=config,
        topics=corpus.topics,
        files=corpus.files,
        graph=sources.graph.version if sources.graph else None,
        start=start,
        causal=causes_of(corpus, config) or (start.causal if start else None),
        statements=statements_of(config) or (start.statements if start else None),
        pretrained=None if start else read_pretrained(sources.encoder),
    )


def new_network(encoder: Path, topics: int) -> FusionNetwork:
    """Return the encoder of this folder with heads that have learnt nothing."""
    return _network(load_encoder(encoder), topics)


def first_network(sources: Sources, topics: int) -> FusionNetwork:
    """Return what a run begins with: the weights of the run before, where there is one, else new heads."""
    network = new_network(sources.encoder, topics)
    if sources.start:
        _load(network, sources.start)
    return network


def kept_embeddings(run: Path, encoder: Path, corpus: Corpus, *, config: TrainConfig) -> Tensor:
    """Return the untrained encoder's embeddings of the training texts, kept in the run for when it goes on.

    Where nothing holds the network's to them they are zeros, and the encoder need not read every text. Those of another
    encoder, or of other texts, are made anew.
    """
    if not config.losses.embedding:
        return torch.zeros(len(corpus.train), 1)
    path, of_what = run / _TEACHER, run / _TEACHER_DIGEST
    texts, network = [normalise_for_model(example.text) for example in corpus.train], load_encoder(encoder)
    read = sha256(
        "\0".join((corpus.tokenizer.to_str(), *texts)).encode() + tensors_digest(network.state_dict().values())
    )
    if not path.exists() or not of_what.exists() or of_what.read_text() != read.hexdigest():
        of_what.unlink(missing_ok=True)
        np.save(path, sentence_embeddings(network, corpus.tokenizer, texts))
        of_what.write_text(read.hexdigest())
    return torch.from_numpy(np.load(path))


def load_network(run: Path) -> FusionNetwork:
    """Return the trained network of a finished run; `DataError` where there is none."""
    return load_trained(run, load_record(run))


def load_trained(run: Path, record: RunRecord) -> FusionNetwork:
    """Return the network of a run that is trained, whose record need not be written yet."""
    encoder = AutoModel.from_config(AutoConfig.from_pretrained(run), add_pooling_layer=False)
    network = _network(encoder, len(record.topics))
    _load(network, run)
    return network.eval()


def load_sources(run: Path, data: Path, graph: KnowledgeGraph | None) -> Corpus:
    """Return the corpus as serving would read it: the finished run's own tokenizer, and no text cut short."""
    return load_corpus(data, load_tokenizer(run, MAX_TOKENS), graph)


def write_metrics(run: Path, scores: Mapping[str, HeadScore]) -> None:
    """Keep a finished run's scores on the dev texts beside its weights."""
    write_whole(run / _METRICS, orjson.dumps(scores, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def has_metrics(run: Path) -> bool:
    """Tell whether scores are kept with a run."""
    return (run / _METRICS).exists()


def read_metrics(run: Path) -> dict[str, HeadScore]:
    """Return a finished run's scores on the dev texts; `DataError` where it was not scored."""
    try:
        kept = orjson.loads((run / _METRICS).read_bytes())
        return {head: HeadScore(**one) for head, one in kept.items()}
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{run / _METRICS} holds no scores ({error}); stream-app model train writes them") from error


def load_record(run: Path) -> RunRecord:
    """Return what a finished run was made of; `DataError` where there is none."""
    try:
        return RunRecord.model_validate_json((run / RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(f"{run} holds no finished run; finish it with: stream-app model train --out {run}") from error


def write_record(run: Path, record: RunRecord, *, name: str = RECORD) -> None:
    """Say what a finished run was made of; under another `name` it is no finished run."""
    write_whole(run / name, record.model_dump_json(indent=2))


def _load(network: FusionNetwork, run: Path) -> None:
    """Take a run's weights; the heads that are learnt last may be missing from them."""
    weights = read_weights(run)
    add_heads_of(network, weights)
    try:
        found = network.load_state_dict(weights, strict=False)
    except RuntimeError as error:  # what PyTorch raises where a tensor has another shape
        raise DataError(f"{run} was trained on another encoder; give the one it was trained on, or no start") from error
    lost = [name for name in found.missing_keys if not name.startswith(_LEARNT_LAST)]
    if lost or found.unexpected_keys:
        raise DataError(
            f"{run} holds the weights of another network ({(lost + found.unexpected_keys)[0]}); train it again"
        )


def _network(encoder: torch.nn.Module, topics: int) -> FusionNetwork:
    return FusionNetwork(encoder, hidden=encoder.config.hidden_size, topics=topics)  # type: ignore[union-attr,arg-type]
