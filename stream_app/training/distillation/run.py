"""A distilled run as a folder, made of finished runs; it can be evaluated, exported and trained further like any."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from stream_app.errors import ConfigurationError, DataError
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.promotion.gate import check_loss
from stream_app.training.config import DistilConfig, TrainConfig
from stream_app.training.corpus import load_corpus, with_made, with_share
from stream_app.training.cost import write_cost
from stream_app.training.distillation.student import make_student, write_config
from stream_app.training.distillation.task import DistilTask
from stream_app.training.distillation.texts import more_texts
from stream_app.training.encoder import ENCODER_FILES, load_tokenizer
from stream_app.training.fit import Progress, fit
from stream_app.training.judged import HeadScore
from stream_app.training.run import (
    WEIGHTS,
    DistilRecord,
    RunRecord,
    load_network,
    load_record,
    read_metrics,
    write_record,
)


def distil(
    out: Path,
    teachers: Sequence[Path],
    data: Path,
    *,
    graph: KnowledgeGraph | None,
    config: DistilConfig,
    report: Callable[[Progress], None],
) -> RunRecord:
    """Train a student of finished runs into the folder `out`, going on where an interrupted call stopped.

    It is made of the first teacher, has its tokenizer, and is held to the figures that this one's dev texts gave.
    """
    first, records = teachers[0], [load_record(teacher) for teacher in teachers]
    if any(record.topics != records[0].topics for record in records):
        raise ConfigurationError("the teachers know different topics: give runs that were trained on the same sets")
    held_to = {head: one.accuracy for head, one in read_metrics(first).items()}
    corpus = with_share(load_corpus(data, load_tokenizer(first, config.max_tokens), graph), config.label_share)
    more = more_texts(data, corpus, graph, share=config.unlabelled_share)
    corpus = with_made(corpus, config)
    corpus = replace(corpus, train=corpus.train + more.examples)
    torch.manual_seed(config.seed)
    networks = [load_network(teacher) for teacher in teachers]
    student = make_student(first, config.layers)
    out.mkdir(parents=True, exist_ok=True)
    for name in ENCODER_FILES:
        shutil.copyfile(first / name, out / name)
    write_config(first, out, config.layers)
    task = DistilTask(student, networks, corpus, config=config)
    write_cost(out, fit(task, config=config, run=out, report=report))
    save_file(student.state_dict(), out / WEIGHTS)
    record = records[0].model_copy(
        update={
            "config": TrainConfig(**config.model_dump(include=set(TrainConfig.model_fields))),
            "start": records[0],
            "pretrained": None,
            "rehearsal": None,
            "distilled": DistilRecord(
                config=config,
                teachers=tuple(teacher.name for teacher in teachers),
                files=more.files,
                unlabelled=len(more.examples),
                accuracy=held_to,
            ),
        }
    )
    write_record(out, record)
    return record


def check_student(record: RunRecord, scores: Mapping[str, HeadScore]) -> None:
    """Raise DataError where a distilled run is worse than its teacher by more than 0.3 points in any head."""
    if record.distilled is None:
        return
    try:
        check_loss(record.distilled.accuracy, {head: one.accuracy for head, one in scores.items()})
    except DataError as error:
        raise DataError(
            f"a student of {record.distilled.teachers[0]}: {error}; or distil longer, with more --layers"
        ) from error
