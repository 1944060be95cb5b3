"""A distilled run as a folder, made of finished runs; it can be evaluated, exported and trained further like any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from stream_app.errors import DataError
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.promotion.gate import check_loss
from stream_app.training.config import DistilConfig, TrainConfig
from stream_app.training.corpus import Corpus, load_corpus, with_made, with_share
from stream_app.training.cost import write_cost
from stream_app.training.distillation.kept_answers import kept_answers, load_teacher
from stream_app.training.distillation.student import make_student
from stream_app.training.distillation.task import DistilTask
from stream_app.training.distillation.taught_task import TaughtTask
from stream_app.training.distillation.texts import MoreTexts, joined_headlines, more_texts
from stream_app.training.encoder import copy_encoder, load_tokenizer, shape_of, write_depth
from stream_app.training.fit import Progress, fit
from stream_app.training.judged import HeadScore
from stream_app.training.lessons import causes_of, statements_of, with_lessons
from stream_app.training.pretrain import read_pretrained
from stream_app.training.run import (
    DistilRecord,
    RunRecord,
    Sources,
    first_network,
    kept_embeddings,
    load_network,
    load_record,
    read_metrics,
    write_record,
)
from stream_app.training.weights import refuse_source, write_weights
from stream_app.training.written import DATA


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
    refuse_source(out, *teachers)
    first, records, accuracy = teachers[0], _records(teachers), _accuracy(teachers[0])
    corpus, more = _corpus(Sources(data, first, graph), config)
    torch.manual_seed(config.seed)
    networks = [load_network(teacher) for teacher in teachers]
    student = make_student(first, config.layers)
    copy_encoder(first, out)
    write_depth(first, out, config.layers)
    task = DistilTask(student, networks, corpus, config=config)
    write_cost(out, fit(task, config=config, run=out, report=report))
    write_weights(out, student.state_dict())
    record = RunRecord(
        config=_of_training(config),
        topics=records[0].topics,
        files=records[0].files,
        graph=records[0].graph,
        start=records[0],
        causal=records[0].causal,
        statements=records[0].statements,
        distilled=_distilled(teachers, more, config, accuracy=accuracy),
    )
    write_record(out, record)
    return record


def distil_afresh(
    out: Path,
    teachers: Sequence[Path],
    sources: Sources,
    *,
    config: DistilConfig,
    report: Callable[[Progress], None],
    asking: Callable[[Progress], None],
) -> RunRecord:
    """Train a student on the encoder of `sources` into the folder `out`, going on where a call stopped.

    It begins with the weights of `sources.start`, where there is one, else with heads that have learnt nothing.
    Teachers may have another encoder, and are asked once; `asking` hears of it. The heads on cause and effect learn
    from their own texts, where `config.causes` says so; nobody teaches them.
    """
    refuse_source(out, *teachers, sources.start)
    _records(teachers)
    accuracy = _accuracy(teachers[0])
    start = load_record(sources.start) if sources.start else None
    corpus, more = _corpus(sources, config)
    corpus = joined_headlines(corpus, config.join, config.seed)
    copy_encoder(sources.encoder, out)
    asked = [load_teacher(teacher, corpus, max_tokens=config.max_tokens) for teacher in teachers]
    told = kept_answers(out, asked, corpus.train, report=asking)
    torch.manual_seed(config.seed)
    student = first_network(sources, len(corpus.topics))
    # joined once, before the teachers were asked, so not anew in every epoch
    as_asked = config.model_copy(update={"join": 0.0})
    embeddings = kept_embeddings(out, sources.encoder, corpus, config=as_asked)
    task = TaughtTask(student, corpus, embeddings, told=told, config=as_asked)
    lessons = with_lessons(task, corpus.tokenizer, as_asked, stated=DATA, corpus=corpus)
    write_cost(out, fit(lessons, config=as_asked, run=out, report=report))
    write_weights(out, student.state_dict())
    record = RunRecord(
        config=_of_training(config),
        topics=corpus.topics,
        files=corpus.files,
        graph=sources.graph.version if sources.graph else None,
        start=start,
        causal=causes_of(corpus, as_asked),
        statements=statements_of(as_asked) or (start.statements if start else None),
        pretrained=read_pretrained(sources.encoder),
        distilled=_distilled(teachers, more, config, accuracy=accuracy, afresh=True),
    )
    write_record(out, record)
    return record


def _records(teachers: Sequence[Path]) -> list[RunRecord]:
    records = [load_record(teacher) for teacher in teachers]
    if any(record.topics != records[0].topics for record in records):
        raise DataError("the teachers know different topics: give runs that were trained on the same sets")
    return records


def _corpus(sources: Sources, config: DistilConfig) -> tuple[Corpus, MoreTexts]:
    """Return what is learnt from, the texts without labels in it and by themselves."""
    tokenizer = load_tokenizer(sources.encoder, config.max_tokens)
    corpus = with_share(load_corpus(sources.data, tokenizer, sources.graph), config.label_share)
    more = more_texts(sources.data, corpus, sources.graph, share=config.unlabelled_share)
    corpus = with_made(corpus, config)
    return replace(corpus, train=corpus.train + more.examples), more


def _of_training(config: DistilConfig) -> TrainConfig:
    return TrainConfig(**config.model_dump(include=set(TrainConfig.model_fields)))


def _accuracy(teacher: Path) -> dict[str, float]:
    """Return what a student is held to; DataError where nobody has scored its first teacher."""
    try:
        return {head: one.accuracy for head, one in read_metrics(teacher).items()}
    except DataError as error:
        raise DataError(
            f"{teacher} has no scores, which its student is held to: "
            "name first a run of stream-app model train, distil or import"
        ) from error


def _distilled(
    teachers: Sequence[Path],
    more: MoreTexts,
    config: DistilConfig,
    *,
    accuracy: dict[str, float],
    afresh: bool = False,
) -> DistilRecord:
    return DistilRecord(
        config=config,
        teachers=tuple(f"{teacher.name} ({shape_of(teacher)})" for teacher in teachers),
        files=more.files,
        unlabelled=len(more.examples),
        accuracy=accuracy,
        afresh=afresh,
    )


def check_student(record: RunRecord, scores: Mapping[str, HeadScore]) -> None:
    """Raise DataError where a run of its teacher's layers is worse than it by more than 0.3 points in any head.

    One that began with another encoder is no compressed form of its teacher, and is judged as any other run.
    """
    if record.distilled is None or record.distilled.afresh:
        return
    try:
        check_loss(record.distilled.accuracy, {head: one.accuracy for head, one in scores.items()})
    except DataError as error:
        raise DataError(
            f"a student of {record.distilled.teachers[0]}: {error}; or distil longer, with more --layers"
        ) from error
