"""`stream-app model train`: a run of the fusion model, for English or Chinese, of another domain, or of corrections."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.inputs import Input
from stream_app.cli.model_chinese import Language, evaluate_chinese, train_chinese
from stream_app.cli.model_continue import (
    ContinueOption,
    CorrectionsOption,
    DocumentsOption,
    EventsOption,
    FromTopicOption,
    Given,
    RehearsalOption,
    SelectedOption,
    Stage,
    TopicOption,
    continue_run,
)
from stream_app.cli.model_options import OwnDataOption
from stream_app.cli.model_packs import train_pack
from stream_app.cli.model_scores import show_scores
from stream_app.cli.model_sources import need_training, needed
from stream_app.cli.output import announce
from stream_app.cli.training_bar import training_bar
from stream_app.errors import ConfigurationError

if TYPE_CHECKING:
    from stream_app.training.config import TrainConfig

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

_PACK = "finance"


def train(  # noqa: PLR0913  (options of a command)
    *,
    out: Annotated[Path, typer.Option(help="Folder of the run; one that was interrupted goes on.")],
    data: OwnDataOption = None,
    pack: Annotated[
        str, typer.Option(metavar="NAME|FILE.toml", help="The domain: finance, medical, or a file.")
    ] = _PACK,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same weights, on one machine.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data.")] = None,
    language: Annotated[
        Language, typer.Option(help="What the network reads; Chinese has one of its own (zh).")
    ] = Language.ENGLISH,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Hyperparameters.")] = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of the encoder, as `pretrain` writes; unset: the package's.")
    ] = None,
    start: Annotated[Path | None, typer.Option(metavar="RUN", help="A finished run to train further.")] = None,
    before: ContinueOption = None,
    corrections: CorrectionsOption = None,
    events: EventsOption = None,
    documents: DocumentsOption = None,
    selected: SelectedOption = None,
    topic: TopicOption = Input.NEWS,
    from_topic: FromTopicOption = False,
    rehearsal: RehearsalOption = 0.8,
    label_share: Annotated[float | None, typer.Option(help="Share of the labels that is used, up to 1.")] = None,
) -> None:
    """Train the model, or that of another domain; an interrupted run that is started again ends in the same weights.

    Example: stream-app model train --data DATA --out runs/first --epochs 5
    """
    need_training()
    from stream_app.training.config import load_config

    _refuse_ignored(pack, language, {"--continue": before, "--start": start, "--label-share": label_share})
    if pack != _PACK:
        changes = {"seed": seed, "epochs": epochs}
        train_pack(pack, out, data=data, encoder=encoder, recipe=recipe, changes=changes)
        return
    data = needed(data)
    if language is Language.CHINESE:
        train_chinese(out, data, recipe=recipe, seed=seed, epochs=epochs, start=start)
        show_scores(evaluate_chinese(out, data, None), as_json=False)
        return
    if before:
        stage = Stage(before, out, data, encoder, recipe, rehearsal, seed, epochs)
        continue_run(stage, Given(corrections, events, documents, selected, from_topic, topic))
        return
    config = load_config(recipe, seed=seed, epochs=epochs, label_share=label_share)
    _train(out, data, start=start, encoder=encoder, config=config)


def _refuse_ignored(pack: str, language: Language, given: Mapping[str, object]) -> None:
    """Raise ConfigurationError for an option that this kind of run would leave out of account."""
    if pack != _PACK:
        kind, known = f"a run of the pack {pack}", set()
        given = dict(given) | {"--language": None if language is Language.ENGLISH else language}
    elif language is Language.CHINESE:
        kind, known = "a run for Chinese", {"--start"}
    else:
        kind, known = "a run on corrections", {"--continue"} if given["--continue"] else set(given)
    if ignored := [name for name, value in given.items() if value is not None and name not in known]:
        raise ConfigurationError(f"{kind} does not take {' and '.join(ignored)}: leave it out")


def _train(out: Path, data: Path, *, start: Path | None, encoder: Path | None, config: TrainConfig) -> None:
    from stream_app.training.encoder import default_encoder
    from stream_app.training.run import Sources
    from stream_app.training.run import train as train_run
    from stream_app.training.scored import score_run

    graph = installed_graph()
    sources = Sources(data, encoder or default_encoder(), graph, start)
    with training_bar("training") as report:
        train_run(out, sources, config, report=report)
    announce("scoring it on the held-out texts")
    show_scores({"fp32": score_run(out, data, graph)}, as_json=False)
