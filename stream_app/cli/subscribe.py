"""`stream-app subscribe`: manages subscriptions by way of their topic."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from stream_app.adapters.model_repository import topic_labels
from stream_app.alerts.reading import EndOf, read_subscription
from stream_app.cli import subscription_asked as asked
from stream_app.cli.output import stderr, stdout, write_json
from stream_app.cli.subscription_known import check_name, check_topics, warn_of_strangers
from stream_app.cli.subscription_trial import account_of, affiliate_for, shown
from stream_app.cli.target import event_log, settings_in_use, settings_with_kafka, topic_reader
from stream_app.clients import ensure_topics
from stream_app.errors import DataError
from stream_app.events.subscription import Subscription
from stream_app.events.topics import SUBSCRIPTIONS, alerts_of
from stream_app.pipeline.ports import Message
from stream_app.replay.folder import RunFolder
from stream_app.replay.trial import manifest_of, tried
from stream_app.settings import Settings

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
    entity: asked.Entity = None,
    ticker: asked.Ticker = None,
    industry: asked.Industry = None,
    country: asked.Country = None,
    topic: asked.Topic = None,
    source: asked.Source = None,
    kind: asked.Kind = None,
    direction: asked.Direction = None,
    min_abs_polarity: asked.MinAbsPolarity = None,
    min_probability: asked.MinProbability = None,
    min_severity: asked.MinSeverity = None,
    min_novelty: asked.MinNovelty = None,
    throttle: asked.Throttle = None,
    hysteresis: asked.Hysteresis = None,
    digest: asked.Digest = None,
    file: asked.File = None,
    json: Json = False,
) -> None:
    """Subscribe, or change a subscription: it is replaced as a whole. All given conditions have to hold.

    Example: stream-app subscribe add chip-risks --industry semiconductors --kind risk --min-severity 0.2
    --throttle entity:3600
    """
    wish = asked.described(locals())
    check_name(wish, settings := Settings())
    check_topics(wish, settings, of_file=file is not None and not topic)
    asyncio.run(_write(wish.name, wish.model_dump_json(exclude_none=True).encode()))
    warn_of_strangers(wish)
    if json:
        write_json(_as_json(wish))
    else:
        stdout().print(f"subscribed: alerts come on {alerts_of(wish.name)}, and on alerts with all others'")


@app.command("test")
def on_trial(  # noqa: PLR0913  (as `add`)
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A subscription, unless options say.")] = None,
    *,
    on: Annotated[str, typer.Option(metavar="RUN", help="Name of a replay that is done.")],
    entity: asked.Entity = None,
    ticker: asked.Ticker = None,
    industry: asked.Industry = None,
    country: asked.Country = None,
    topic: asked.Topic = None,
    source: asked.Source = None,
    kind: asked.Kind = None,
    direction: asked.Direction = None,
    min_abs_polarity: asked.MinAbsPolarity = None,
    min_probability: asked.MinProbability = None,
    min_severity: asked.MinSeverity = None,
    min_novelty: asked.MinNovelty = None,
    throttle: asked.Throttle = None,
    hysteresis: asked.Hysteresis = None,
    digest: asked.Digest = None,
    file: asked.File = None,
    json: Json = False,
) -> None:
    """Say how many alerts a subscription would have sent on the events of a replay, when, and show the first ten.

    Example: stream-app subscribe test chip-risks --on last-quarter --min-severity 0.3 --industry semiconductors
    """
    given = dict(locals())
    settings = Settings()
    folder = RunFolder(settings.state_dir, on)
    manifest_of(folder)
    wish = asked.described(given | {"name": name or "trial"}) if asked.is_described(given) else _known(folder, name)
    check_topics(wish, settings, of_file=not topic)
    with stderr().status(f"trying {wish.name} on {on}"):
        account = account_of(tried(folder, [wish], affiliate_for(folder, wish)))
    if json:
        write_json({"run": on, "subscription": _as_json(wish)} | account.as_json())
    else:
        stdout().print(shown(account, wish, on))


@app.command("list")
def list_(*, json: Json = False) -> None:
    """List the subscriptions.

    Example: stream-app subscribe list
    """
    wishes = asyncio.run(_read())
    table = Table(box=None, pad_edge=False)
    for column in ("name", "match", "throttle", "hysteresis", "digest"):
        table.add_column(column, overflow="fold")  # what is cut off cannot be read where there is no wider terminal
    for wish in wishes.values():
        if json:
            write_json(_as_json(wish))
            continue
        fields = _as_json(wish)
        shown = (orjson.dumps(fields[one]).decode() if fields.get(one) else "" for one in ("throttle", "hysteresis"))
        table.add_row(wish.name, orjson.dumps(fields["match"]).decode(), *shown, f"{wish.digest} s")
    if not json:
        stdout().print(table) if wishes else stdout().print("nobody has subscribed")


@app.command()
def show(name: Name, *, json: Json = False) -> None:
    """Show a subscription whole, as JSON that `add --from` takes.

    Example: stream-app subscribe show apple-falls
    """
    fields = _as_json(asyncio.run(_found(name)))
    if json:
        write_json(fields)
    else:
        stdout().print(orjson.dumps(fields, option=orjson.OPT_INDENT_2).decode())


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
    labels = partial(topic_labels, settings.model_repository)
    async with topic_reader(settings, SUBSCRIPTIONS.name, from_start=True) as reader:
        async for record in reader.read_to_end():
            match read_subscription(record, prefix=settings.topic_prefix, labels=labels):
                case Subscription() as wish:
                    found[wish.name] = wish
                case EndOf(name):
                    found.pop(name, None)
                case _:
                    found.pop((record.key or b"").decode("utf-8", "replace"), None)
    return dict(sorted(found.items()))


async def _found(name: str) -> Subscription:
    return _of_name(await _read(), name)


def _of_name(wishes: Mapping[str, Subscription], name: str) -> Subscription:
    if name not in wishes:
        raise DataError(f"nobody has subscribed as “{name}”: see `stream-app subscribe list`")
    return wishes[name]


def _known(folder: RunFolder, name: str | None) -> Subscription:
    """Return the subscription of that name, of the topic, or of the run where it has one."""
    if name is None:
        raise typer.BadParameter("name a subscription, or describe one by --from or the options of `subscribe add`")
    wishes = asyncio.run(_read()) if settings_in_use().kafka_brokers else {}
    of_run = folder.run().subscriptions
    if name not in wishes and name in of_run:
        return Subscription.model_validate_json(of_run[name])
    return _of_name(wishes, name)


async def _remove(name: str) -> None:
    await _found(name)
    await _write(name, None)


def _as_json(wish: Subscription) -> dict[str, Any]:
    return wish.model_dump(mode="json", exclude_none=True)
