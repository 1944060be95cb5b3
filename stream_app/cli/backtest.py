"""`stream-app backtest`: do the signals of a run tell what prices do next?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli import replay_options as options
from stream_app.cli.backtest_shown import findings_tables, notes
from stream_app.cli.output import announce, progress, stdout, write_json
from stream_app.errors import DataError
from stream_app.events.bar import Bar
from stream_app.replay.folder import RunFolder
from stream_app.research.backtest.abnormal import MEAN
from stream_app.research.backtest.availability import Availability, Usable
from stream_app.research.backtest.study import Rules, Study
from stream_app.research.instruments import tickers_by_entity, tickers_in
from stream_app.research.market import parse_session, read_bars
from stream_app.research.reading import Events, events_in, events_of_run
from stream_app.research.testing import Question, put_to_the_test
from stream_app.settings import Settings

app = typer.Typer()

_RUN = "Name of a replay, or a folder with TOPIC.jsonl files of live events, as `tail --json` writes them."
_TRIED = "Hypotheses that were tried elsewhere on the same history; those tried here are counted by themselves."
_DOUBTFUL = "Daily coefficient from which on none is believed; else 0.1, of propagated risk 0.05."


@app.command()
def backtest(  # noqa: PLR0913  (the options of a command)
    run: Annotated[str, typer.Argument(metavar="RUN", help=_RUN)],
    *,
    market: Annotated[list[str], typer.Option(help="Files of bars.")],
    market_map: options.MarketMap = "",
    session: Annotated[str, typer.Option(metavar="“HH:MM ZONE”", help=options.SESSION)] = "",
    entities: Annotated[Path | None, typer.Option(help="CSV of ticker and entity; else tickers are looked up.")] = None,
    usable: Annotated[Usable | None, typer.Option(help="From when on an event counts; of a replay: published.")] = None,
    delay_minutes: Annotated[float, typer.Option(min=0, help=options.DELAY)] = 15,
    horizons: Annotated[str, typer.Option(metavar="BARS,…", help="How many bars are held.")] = "1,2,3,5,10,20",
    quantiles: Annotated[int, typer.Option(min=2, help="Parts that a day's names are cut into.")] = 5,
    least: Annotated[int, typer.Option(min=2, help="Least names of a day that counts.")] = 10,
    benchmark: Annotated[str, typer.Option(metavar="mean|none|TICKER", help="What returns are held against.")] = MEAN,
    samples: Annotated[int, typer.Option(min=100, help="Draws of the bootstrap.")] = 5000,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    tried: Annotated[int, typer.Option(min=0, help=_TRIED)] = 0,
    doubtful: Annotated[float | None, typer.Option(min=0, max=1, help=_DOUBTFUL)] = None,
    plots: Annotated[Path | None, typer.Option(help="Folder for plots as SVG.")] = None,
    json: options.Json = False,
) -> None:
    """Hold the signals of a run against the returns of bars that begin after each was usable.

    Exit status 1, after the results, where one of them is too good to be believed: look for the leak.

    Example: stream-app backtest first-try --market prices.csv --session "09:30 America/New_York"
    """
    rules = Rules(
        horizons=_horizons(horizons), quantiles=quantiles, least=least, market=benchmark,
        samples=samples, seed=seed, doubtful=doubtful,
    )  # fmt: skip
    events = _events(run)
    usable = usable or (Usable.PUBLISHED if events.manifest else Usable.PROCESSED)
    availability = Availability(usable, timedelta(minutes=delay_minutes))
    bars = read_bars(market, market_map, parse_session(session))
    names = tickers_in(entities) if entities else None
    test = Question(
        availability=availability,
        rules=rules,
        market=tuple(market),
        columns=market_map,
        session=session,
        tried=tried,
    )
    found = _tested(events, test, bars, names=names)
    if plots:
        from stream_app.research.charts.backtest import plot_study  # noqa: PLC0415  (an extra)

        for file in plot_study(found, plots):
            announce(f"{file} is written")
    _show(found, json=json)


def _events(run: str) -> Events:
    folder = Path(run)
    return events_in(folder) if folder.is_dir() else events_of_run(RunFolder(Settings().state_dir, run))


def _horizons(written: str) -> tuple[int, ...]:
    try:
        found = tuple(sorted({int(one) for one in written.split(",")}))
    except ValueError:
        found = ()
    if not found or found[0] < 1:
        raise typer.BadParameter(f"“{written}” is not a list of bars, such as 1,2,5")
    return found


def _tested(events: Events, test: Question, bars: Iterable[Bar], *, names: Mapping[str, str] | None) -> Study:
    with progress() as shown:

        def on_topic(topic: str, expected: int | None) -> Callable[[], None]:
            task = shown.add_task(topic, total=expected)
            return lambda: shown.advance(task)

        def look_up(tickers: Iterable[str]) -> Mapping[str, str]:
            return tickers_by_entity(tickers, installed_graph()) if names is None else names

        return put_to_the_test(events, bars, test, look_up=look_up, on_topic=on_topic)


def _show(found: Study, *, json: bool) -> None:
    if json:
        write_json(asdict(found) | {"doubtful": len(found.doubtful)})
    else:
        for table in findings_tables(found):
            stdout().print(table)
        for note in notes(found):
            stdout().print(note)
    if found.doubtful:
        names = ", ".join(f"{one.signal} over {one.horizon}" for one in found.doubtful)
        raise DataError(
            f"{names}: too good to be believed; look for events that bear a time before they were known, and bars "
            "a start after their prices; or state a higher --doubtful"
        )
