"""`stream-app model ablate`: what parts of the model bring: with them, without them, and with false ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.model_repository import read_model
from stream_app.cli import replay_options as options
from stream_app.cli.kg_vectors import VECTORS_FILE, read_vectors
from stream_app.cli.model_options import JsonOption, RepositoryOption, repository_of
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import announce, progress
from stream_app.replay.folder import RunFolder
from stream_app.research.backtest.availability import Availability, Usable
from stream_app.research.instruments import tickers_by_entity, tickers_in
from stream_app.research.market import parse_session, read_bars
from stream_app.research.reading import Events, events_in, events_of_run
from stream_app.settings import Settings

if TYPE_CHECKING:
    from stream_app.research.ablation.market_rows import RowMaker, Rows
    from stream_app.research.ablation.mentions import Mentions
    from stream_app.training.corpus import Corpus

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

app = typer.Typer(no_args_is_help=True)

_DATES = ["%Y-%m-%d"]
_SESSION_HOURS, _DAY_HOURS = 6.5, 24.0
_BAR_HOURS = "Hours from a bar's start to its close."
_HOURS_TOLD = f"{_SESSION_HOURS} with --session, else {_DAY_HOURS:.0f}"
_REPLAY = "Name of a replay, or a folder with TOPIC.jsonl files of events, as `tail --json` writes them."
_Seeds = Annotated[int | None, typer.Option(min=1, help="Models that each figure is the mean of.")]
_Epochs = Annotated[int | None, typer.Option(min=1, help="Passes over what is learned from, at most.")]
_Samples = Annotated[int, typer.Option(min=100, help="Draws of the bootstrap.")]
_Texts = Annotated[
    str, typer.Option(metavar="FILE", help="The documents themselves: adds variants that read their embedding.")
]


class Encoder(StrEnum):
    """Whose vectors the heads of an ablation read."""

    RUN = "run"
    UNTRAINED = "untrained"


@app.callback()
def _group() -> None:
    """Show what parts of the model bring: with them, without them, and with false ones.

    Example: stream-app model ablate graph runs/third --data DATA --vectors entity-vectors.npz
    """


@app.command()
def graph(  # noqa: PLR0913  (options of a command)
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder of the public training sets.")],
    vectors: Annotated[Path, typer.Option(help="A file of `kg embed`.")] = VECTORS_FILE,
    encoder: Annotated[Encoder, typer.Option(help="Whose vectors of the text are read.")] = Encoder.RUN,
    seeds: _Seeds = None,
    epochs: _Epochs = None,
    samples: _Samples = 2000,
    json: JsonOption = False,
) -> None:
    """Learn the mention head with and without the graph's features and vectors, and with vectors of others.

    The encoder stays as it is; the accuracy is that of the held-out headlines, by entities that a head has met or not.

    Example: stream-app model ablate graph runs/third --data DATA --vectors entity-vectors.npz
    """
    need_training()
    from stream_app.cli.model_ablated_shown import show_graph
    from stream_app.research.ablation.graph import HeadConfig
    from stream_app.research.ablation.graph_study import study
    from stream_app.training.run import load_sources

    known = installed_graph()
    found = read_vectors(vectors, known.version)
    with _bar("reading") as report:
        mentions = _mentions(run, load_sources(run, data, known), encoder, report=report)
    config = HeadConfig()
    config = replace(config, seeds=seeds or config.seeds, epochs=epochs or config.epochs)
    with _bar("heads") as report:
        show_graph(study(mentions, found, config, samples=samples, report=report), as_json=json)


def _mentions(run: Path, corpus: Corpus, encoder: Encoder, *, report: Callable[[int, int], None]) -> Mentions:
    from stream_app.research.ablation.mentions import read_mentions, trained_view, untrained_view
    from stream_app.training.encoder import default_encoder, load_encoder
    from stream_app.training.run import load_network

    trained = encoder is Encoder.RUN
    view = trained_view(load_network(run)) if trained else untrained_view(load_encoder(default_encoder()))
    return read_mentions(view, corpus, report=report)


@app.command()
def market(  # noqa: PLR0913  (options of a command)
    run: Annotated[str, typer.Argument(metavar="RUN", help=_REPLAY)],
    *,
    market: Annotated[list[str], typer.Option(help="Files of bars.")],
    train_until: Annotated[datetime, typer.Option(formats=_DATES, help="Last day that is learned from.")],
    validate_until: Annotated[datetime, typer.Option(formats=_DATES, help="Last day that says when to stop.")],
    market_map: options.MarketMap = "",
    session: Annotated[str, typer.Option(metavar="“HH:MM ZONE”", help=options.SESSION)] = "",
    bar_hours: Annotated[float | None, typer.Option(min=0.001, help=_BAR_HOURS, show_default=_HOURS_TOLD)] = None,
    delay_minutes: Annotated[float, typer.Option(min=0, help=options.DELAY)] = 15,
    entities: Annotated[Path | None, typer.Option(help="CSV of ticker and entity; else tickers are looked up.")] = None,
    texts: _Texts = "",
    columns: options.Map = "",
    repository: RepositoryOption = None,
    seeds: _Seeds = None,
    epochs: _Epochs = None,
    samples: _Samples = 1000,
    json: JsonOption = False,
) -> None:
    """Hold what text, market state and engagement tell of the next bar's direction against each other.

    Exit status 1, after the results, where one is too good to be believed: look for the leak.

    Example: stream-app model ablate market history --market prices.csv --train-until 2015-03-31
    --validate-until 2015-06-30
    """
    need_training()
    from stream_app.cli.model_ablated_shown import show_market
    from stream_app.research.ablation.market_model import MarketConfig
    from stream_app.research.ablation.market_rows import RowMaker
    from stream_app.research.ablation.market_study import Split, study
    from stream_app.research.ablation.text_vectors import served_vectors, texts_of

    bars = list(read_bars(market, market_map, parse_session(session)))
    listed = {bar.ticker for bar in bars}
    tickers = tickers_in(entities) if entities else tickers_by_entity(listed, installed_graph())
    usable = Availability(Usable.PUBLISHED, timedelta(minutes=delay_minutes))
    hours = bar_hours or (_SESSION_HOURS if session else _DAY_HOURS)
    rows = _rows(RowMaker(bars, tickers, usable, length=timedelta(hours=hours)), _events(run))
    vectors = None
    if texts:
        with _bar("texts") as report:
            model = read_model(repository_of(repository))
            vectors = served_vectors(rows.documents, texts_of(texts, columns), model, report=report)
    config = MarketConfig()
    config = replace(config, seeds=seeds or config.seeds, epochs=epochs or config.epochs)
    split = Split(train_until.date(), validate_until.date())
    with _bar("models") as report:
        found = study(rows, vectors, split, config=config, samples=samples, report=report)
    show_market(found, as_json=json)


def _events(run: str) -> Events:
    folder = Path(run)
    return events_in(folder) if folder.is_dir() else events_of_run(RunFolder(Settings().state_dir, run))


def _rows(maker: RowMaker, events: Events) -> Rows:
    with progress() as bar:
        task = bar.add_task("events", total=events.expected("sentiment.events"))
        for event in events.read("sentiment.events"):
            maker.add(event)
            bar.advance(task)
    announce("events: " + ", ".join(f"{count:,} {what}" for what, count in sorted(maker.counts.items())))
    return maker.rows()


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    with progress() as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
