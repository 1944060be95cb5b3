"""`stream-app subscribe`: manages subscriptions by way of their topic."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from stream_app.alerts.reading import EndOf, read_subscription
from stream_app.cli.output import stdout, write_json
from stream_app.cli.subscription_options import conditions_from, subscription_from, terms_from
from stream_app.cli.target import event_log, settings_with_kafka, topic_reader
from stream_app.clients import ensure_topics
from stream_app.errors import DataError
from stream_app.events.subscription import Subscription
from stream_app.events.topics import SUBSCRIPTIONS, alerts_of
from stream_app.pipeline.ports import Message

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="a to z, 0 to 9 and -.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]


@app.callback()
def _group() -> None:
    """Manage subscriptions: who is told of which events, on the topic alerts.NAME.

    Example: stream-app subscribe add apple-falls --ticker AAPL --direction adverse --min-abs-polarity 0.5
    """


@app.command()
def add(  # noqa: PLR0913  (one option for each condition)
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="a to z, 0 to 9 and -.")] = None,
    *,
    entity: Annotated[list[str] | None, typer.Option(help="Id of an entity; repeatable, as all lists are.")] = None,
    ticker: Annotated[list[str] | None, typer.Option(help="Ticker.")] = None,
    industry: Annotated[list[str] | None, typer.Option(help="Id or name of an industry, or a sector's name.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Code or name of a country.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Topic of the document.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Source of the document.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="sentiment or risk.")] = None,
    direction: Annotated[str | None, typer.Option(help="adverse or favourable.")] = None,
    min_abs_polarity: Annotated[float | None, typer.Option(help="Least size of the polarity, 0 to 1.")] = None,
    min_probability: Annotated[float | None, typer.Option(help="Least probability, 0 to 1.")] = None,
    min_severity: Annotated[float | None, typer.Option(help="Least severity of a risk, 0 to 1.")] = None,
    min_novelty: Annotated[float | None, typer.Option(help="Least novelty, 0 to 1.")] = None,
    throttle: Annotated[
        str | None, typer.Option(metavar="entity|subscription:SECONDS", help="At most one in …")
    ] = None,
    hysteresis: Annotated[
        str | None, typer.Option(metavar="PART:SECONDS", help="Alert again below that part of a threshold, or quiet.")
    ] = None,
    digest: Annotated[int | None, typer.Option(min=0, help="Seconds that one alert gathers events; 0: each.")] = None,
    file: Annotated[Path | None, typer.Option("--from", metavar="FILE.json", help="A subscription, or - .")] = None,
    json: Json = False,
) -> None:
    """Subscribe, or change a subscription: it is replaced as a whole. All given conditions have to hold.

    Example: stream-app subscribe add chip-risks --industry semiconductors --kind risk --min-probability 0.3
    --throttle entity:3600
    """
    lists = {"entities": entity, "tickers": ticker, "industries": industry, "countries": country, "topics": topic}
    numbers = {"min_abs_polarity": min_abs_polarity, "min_probability": min_probability}
    numbers |= {"min_severity": min_severity, "min_novelty": min_novelty}
    match = conditions_from(lists | {"sources": source, "kinds": kind}, numbers | {"direction": direction})
    wish = subscription_from(name, match, terms_from(throttle, hysteresis, digest), file=file)
    asyncio.run(_write(wish.name, wish.model_dump_json(exclude_none=True).encode()))
    if json:
        write_json(_as_json(wish))
    else:
        stdout().print(f"subscribed: alerts come on {alerts_of(wish.name)}, and on alerts with all others'")


@app.command("list")
def list_(*, json: Json = False) -> None:
    """List the subscriptions.

    Example: stream-app subscribe list
    """
    wishes = asyncio.run(_read())
    table = Table("name", "match", "throttle", "hysteresis", "digest", box=None, pad_edge=False)
    for wish in wishes.values():
        if json:
            write_json(_as_json(wish))
            continue
        fields = _as_json(wish)
        shown = (orjson.dumps(fields[one]).decode() if fields.get(one) else "" for one in ("throttle", "hysteresis"))
        table.add_row(wish.name, orjson.dumps(fields["match"]).decode(), *shown, f"{wish.digest} s")
    if not json:
        stdout().print(table, markup=False) if wishes else stdout().print("nobody has subscribed")


@app.command()
def show(name: Name, *, json: Json = False) -> None:
    """Show a subscription whole, as JSON that `add --from` takes.

    Example: stream-app subscribe show apple-falls
    """
    fields = _as_json(asyncio.run(_found(name)))
    if json:
        write_json(fields)
    else:
        stdout().print(orjson.dumps(fields, option=orjson.OPT_INDENT_2).decode(), markup=False)


@app.command()
def remove(name: Name, *, json: Json = False) -> None:
    """End a subscription. Its topic stays for as long as alerts are kept, seven days.

    Example: stream-app subscribe remove apple-falls
    """
    asyncio.run(_remove(name))
    if json:
        write_json({"removed": name})
    else:
        stdout().print(f"{name} has ended; its topic {alerts_of(name)} goes when its alerts are past keeping")


async def _write(name: str, value: bytes | None) -> None:
    settings = settings_with_kafka()
    await ensure_topics(settings)
    async with event_log(settings) as log:
        await log.send([Message(SUBSCRIPTIONS.name, name.encode(), value)])


async def _read() -> Mapping[str, Subscription]:
    settings = settings_with_kafka()
    await ensure_topics(settings, [SUBSCRIPTIONS])
    found: dict[str, Subscription] = {}
    async with topic_reader(settings, SUBSCRIPTIONS.name, from_start=True) as reader:
        async for record in reader.read_to_end():
            match read_subscription(record, prefix=settings.topic_prefix):
                case Subscription() as wish:
                    found[wish.name] = wish
                case EndOf(name):
                    found.pop(name, None)
                case _:
                    found.pop((record.key or b"").decode("utf-8", "replace"), None)
    return dict(sorted(found.items()))


async def _found(name: str) -> Subscription:
    wishes = await _read()
    if name not in wishes:
        raise DataError(f"nobody has subscribed as “{name}”: see `stream-app subscribe list`")
    return wishes[name]


async def _remove(name: str) -> None:
    await _found(name)
    await _write(name, None)


def _as_json(wish: Subscription) -> dict[str, Any]:
    return wish.model_dump(mode="json", exclude_none=True)
