"""What is exported and scored on this machine, for the commands that put a version into the repository."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.model_options import shipped_backend
from stream_app.cli.output import announce
from stream_app.errors import ConfigurationError, NotInstalled
from stream_app.pipeline.tensors import MODEL_NAME

if TYPE_CHECKING:
    from stream_app.training.export import Exported
    from stream_app.training.runs import Runs

# Training needs PyTorch, which no serving machine has: its modules are imported by what needs them.
# ruff: noqa: PLC0415


def need_training() -> None:
    """Raise NotInstalled where PyTorch is not installed."""
    if importlib.util.find_spec("torch") is None:
        raise NotInstalled("training needs PyTorch, which is not installed: pip install 'stream-app[train]'")


def needed(data: Path | None) -> Path:
    """Return the folder of training sets; ConfigurationError where none was given."""
    if data is None:
        raise ConfigurationError("give --data, the folder of the public training sets")
    return data


def is_chinese_run(run: Path) -> bool:
    """Tell whether the folder is a finished run of the network for Chinese."""
    from stream_app.training.chinese.run import RECORD

    return (run / RECORD).exists()


def runs_of(run: Path) -> Runs:
    """Return what reads and writes finished runs of the kind that this one is of."""
    from stream_app.training import run as english
    from stream_app.training.chinese import run as chinese

    return chinese if is_chinese_run(run) else english


def export_run(run: Path, data: Path, target: Path) -> Exported:
    """Export a finished run into the repository, with its card; DataError where it does not pass the gate."""
    need_training()
    if is_chinese_run(run):
        from stream_app.training.chinese.export import export as export_chinese

        return export_chinese(run, data, target, backend=shipped_backend(), report=announce)
    from stream_app.training.card import model_card
    from stream_app.training.distillation.run import check_student
    from stream_app.training.export import export
    from stream_app.training.run import load_network, load_record, load_sources
    from stream_app.training.scored import scores_of

    record, graph = load_record(run), installed_graph()
    if record.distilled and not record.distilled.afresh:
        check_student(record, scores_of(run, data, graph))
    corpus = load_sources(run, data, graph)
    done = export(
        load_network(run),
        corpus,
        tokenizer=run / "tokenizer.json",
        repository=target,
        backend=shipped_backend(),
        report=announce,
    )
    card = model_card(done, corpus=corpus, record=record)
    (target / MODEL_NAME / str(done.number) / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    return done


def exported_from_run(run: Path, data: Path | None, target: Path) -> int:
    """Export a finished run, and return its number; ConfigurationError where there is no `data` to measure it on."""
    if data is None:
        raise ConfigurationError(
            f"{run} is a run: give --data, the folder of its training sets, to measure what it would serve"
        )
    done = export_run(run, data, target)
    announce(f"{done.version} passed: no head loses over 0.3 points of accuracy as served")
    return done.number


def served_accuracy(folder: Path, data: Path) -> dict[str, float]:
    """Return each head's accuracy of an exported version on the held-out texts, as it is served on this machine."""
    need_training()
    from stream_app.adapters.openvino import OpenVinoRuntime
    from stream_app.training.evaluation import judge, score
    from stream_app.training.run import load_sources

    corpus = load_sources(folder, data, installed_graph())
    judged = judge(OpenVinoRuntime(folder / "model.onnx").infer, corpus)
    return {head: score(one).accuracy for head, one in judged.items()}
