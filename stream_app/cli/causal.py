"""`stream-app causal`: the numbers of the causal model, estimated anew from history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from stream_app.adapters.files import files_in, open_file, read_lines, size_of
from stream_app.adapters.files.bars import bars_in, parse_bar_columns
from stream_app.adapters.fit_plots import plot_fit
from stream_app.adapters.installed_graph import installed_graph
from stream_app.calibration.fit import Fit, Ground, Split, check_plausible, fit
from stream_app.calibration.history import History
from stream_app.calibration.report import report_of
from stream_app.calibration.shocks import dated_shocks
from stream_app.causal.arcs import causal_graph
from stream_app.causal.parameters import CausalParameters, to_json
from stream_app.cli.causal_shown import fit_tables
from stream_app.cli.output import announce, progress, stdout, write_json
from stream_app.compose_risk import read_parameters
from stream_app.errors import DataError
from stream_app.events.bar import Bar
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking.lexicon import Lexicon
from stream_app.settings import Settings

app = typer.Typer(no_args_is_help=True)
_DATES = ["%Y-%m-%d"]


@app.callback()
def _group() -> None:
    """Estimate the numbers of the causal model from history.

    Example: stream-app causal fit sentiment.events.jsonl.zst --market prices.csv --until 2015-06-30 --out fitted.json
    """


@app.command(name="fit")
def fit_(  # noqa: PLR0913  (the options of a command)
    events: Annotated[list[str], typer.Argument(metavar="EVENTS…", help="Sentiment events: JSON lines, .gz or .zst.")],
    *,
    market: Annotated[list[str], typer.Option(help="Files of daily bars.")],
    until: Annotated[datetime, typer.Option(formats=_DATES, help="Last day of the fit.")],
    out: Annotated[Path, typer.Option(help="File to write the parameters to.")],
    market_map: Annotated[str, typer.Option(metavar="FIELD=COLUMN,…", help="Columns of the bars.")] = "",
    strengths_until: Annotated[
        datetime | None, typer.Option(formats=_DATES, help="Last day for strengths; else a quarter before --until.")
    ] = None,
    check_until: Annotated[
        datetime | None, typer.Option(formats=_DATES, help="Last day of the check; else a quarter after --until.")
    ] = None,
    closes_after: Annotated[float, typer.Option(help="Hours from a bar's start to the close.")] = 20.0,
    calibration_only: Annotated[
        bool, typer.Option("--calibration-only", help="Leave the strengths as they are: write the curve alone.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=0, help="Random graphs to compare with.")] = 5,
    plots: Annotated[Path | None, typer.Option(help="Folder for plots.")] = None,
    believe: Annotated[bool, typer.Option("--believe", help="Write numbers that look like a leak, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON line.")] = False,
) -> None:
    """Re-estimate strengths of relations and topics, calibrate the probabilities, and check both on later days.

    The parameters file is what STREAM_APP_CAUSAL_PARAMETERS takes; docs/causal.md says what is estimated and how. A
    bar's date is its day in UTC; what is published after --closes-after hours of it counts from the next close.

    Example: stream-app causal fit sentiment.events.jsonl.zst --market prices.csv --until 2015-06-30 --out fitted.json
    """
    split = _split(until, strengths_until, check_until)
    for name in chain.from_iterable(map(files_in, (*events, *market))):
        size_of(name)  # a missing file is told before anything is read
    settings = Settings()
    parameters = read_parameters(settings.causal_parameters)
    announce("reading the graph, prices and events")
    ground = _ground(events, _bars(market, market_map), parameters, settings=settings, closes_after=closes_after)
    found = _watched(ground, parameters, split, keep_strengths=not calibration_only, seeds=seeds)
    _show(found, json=json)
    if plots is not None:
        for file in plot_fit(found, plots):
            announce(f"wrote {file}")
    if not believe:
        check_plausible(found)
    out.write_text(to_json(found.parameters) + "\n", encoding="utf-8")
    announce(f"wrote {out}: set STREAM_APP_CAUSAL_PARAMETERS to it")


def _split(until: datetime, strengths_until: datetime | None, check_until: datetime | None) -> Split:
    quarter = timedelta(days=91)
    begin, end = strengths_until or until - quarter, check_until or until + quarter
    return Split(begin.date(), until.date(), end.date())


def _bars(files: Sequence[str], columns: str) -> Iterator[Bar]:
    for name in files:
        with open_file(name) as stream:
            yield from bars_in(stream, name, parse_bar_columns(columns))


def _events(files: Sequence[str]) -> Iterator[SentimentEvent]:
    for name in files:
        with open_file(name) as stream:
            for number, line in enumerate(read_lines(stream, name), 1):
                try:
                    yield SentimentEvent.model_validate_json(line)
                except ValidationError as error:
                    raise DataError(f"{name} has no sentiment event in line {number}: name a file of them") from error


def _ground(
    events: Sequence[str], bars: Iterator[Bar], parameters: CausalParameters, *, settings: Settings, closes_after: float
) -> Ground:
    graph = installed_graph()
    causes = causal_graph(graph)
    kept = list(bars)
    entities = _entities(graph, {bar.ticker for bar in kept})
    history = History.of(kept, entities, closes_after=timedelta(hours=closes_after))
    with progress() as shown:
        task = shown.add_task("events", total=None)
        told = _counted(_events(events), lambda: shown.advance(task))
        shocks = dated_shocks(told, history, parameters, dreaded=causes.dreaded)
    return Ground(history, shocks, causes, settings.risk_threshold)


def _entities(graph: KnowledgeGraph, tickers: set[str]) -> dict[str, str]:
    """Return the companies that American tickers mean."""
    lexicon = Lexicon(graph)
    found = {ticker: lexicon.american(ticker) for ticker in sorted(tickers)}
    return {ticker: graph.entities[place].id for ticker, place in found.items() if place is not None}


def _counted(events: Iterator[SentimentEvent], advance: Callable[[], None]) -> Iterator[SentimentEvent]:
    for event in events:
        advance()
        yield event


def _watched(ground: Ground, parameters: CausalParameters, split: Split, *, keep_strengths: bool, seeds: int) -> Fit:
    with progress() as shown:

        def watch(name: str) -> Callable[[], None]:
            task = shown.add_task(name, total=len(ground.shocks))
            return lambda: shown.advance(task)

        return fit(ground, parameters, split, keep_strengths=keep_strengths, seeds=seeds, watch=watch)


def _show(found: Fit, *, json: bool) -> None:
    if json:
        write_json(report_of(found))
        return
    for table in fit_tables(found):
        stdout().print(table)
