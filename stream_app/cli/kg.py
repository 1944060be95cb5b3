"""`stream-app kg`: builds the knowledge graph, publishes it to the workers, and shows what it knows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table

from stream_app.adapters.connections import redis_client
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.cli.output import progress, stdout, write_json
from stream_app.cli.target import settings_in_use
from stream_app.errors import ConfigurationError, DataError
from stream_app.knowledge.build import STEPS, build_graph
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.files import from_bytes, to_bytes
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.search import find_entities, near_names

app = typer.Typer(no_args_is_help=True)

_SHOWN_RELATIONS = 20
_Result = TypeVar("_Result")
_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_File = Annotated[Path | None, typer.Argument(help="A file of `kg build`; without one, the graph is built now.")]
_Graph = Annotated[Path | None, typer.Option("--graph", help="A file of `kg build`; else the published graph.")]


@app.callback()
def _group() -> None:
    """Build, load and show the knowledge graph.

    Example: stream-app kg show AAPL
    """


@app.command()
def build(
    *,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("knowledge-graph.jsonl.gz"),
    json: _Json = False,
) -> None:
    """Build the graph from all sources and write it to a file.

    Example: stream-app kg build --out knowledge-graph.jsonl.gz
    """
    graph = _built()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(to_bytes(graph))
    except OSError as error:
        raise ConfigurationError(f"{out} cannot be written ({error.strerror}): name another file by --out") from error
    if json:
        write_json({"kg_version": graph.version, "file": str(out), **_counts(graph)})
        return
    stdout().print(_count_table(graph))
    stdout().print(f"{graph.version} is in {out}; publish it by: stream-app kg load {out}")


@app.command()
def load(file: _File = None, *, json: _Json = False) -> None:
    """Publish the graph in Redis; workers take it up within seconds, without a restart.

    Example: stream-app kg load knowledge-graph.jsonl.gz
    """
    graph = _read(file) if file else _built()
    before = asyncio.run(_with_store(lambda store: _publish(store, graph)))
    if json:
        write_json({"kg_version": graph.version, "kg_version_before": before})
    elif before == graph.version:
        stdout().print(f"{graph.version} was current already and is now whole again")
    else:
        stdout().print(f"{graph.version} is current" + (f", {before} was" if before else ""))


@app.command()
def show(
    entity: Annotated[str, typer.Argument(help="An id, a ticker or a name.")],
    *,
    graph: _Graph = None,
    json: _Json = False,
) -> None:
    """Show an entity: its facts, its aliases, its relations.

    Example: stream-app kg show "Procter & Gamble"
    """
    known = _read(graph) if graph else _published() or _built()
    found = find_entities(known, entity)
    if not found:
        raise _unknown(known, entity)
    if json:
        for one in found:
            write_json(_as_json(known, one))
        return
    stdout().print(_entity_table(known, found[0]))
    if len(found) > 1:
        stdout().print(f"{entity} also names " + ", ".join(other.id for other in found[1:]))


async def _publish(store: RedisGraphStore, graph: KnowledgeGraph) -> str | None:
    before = await store.current_version()
    await store.publish(graph)
    return before


async def _load_current(store: RedisGraphStore) -> KnowledgeGraph | None:
    version = await store.current_version()
    return await store.load(version) if version else None


async def _with_store(use: Callable[[RedisGraphStore], Awaitable[_Result]]) -> _Result:
    settings = settings_in_use()
    if settings.redis_url is None:
        raise ConfigurationError(
            f"no Redis is configured and no `stream-app up` runs with state folder {settings.state_dir}: "
            "set STREAM_APP_REDIS_URL, or run `stream-app up`"
        )
    client = redis_client(settings.redis_url.get_secret_value(), ca_file=settings.redis_ca_file)
    try:
        return await use(RedisGraphStore(client, prefix=settings.redis_prefix))
    finally:
        await client.aclose()


def _published() -> KnowledgeGraph | None:
    """Return the graph that workers use, None where no Redis is configured or it holds none."""
    if settings_in_use().redis_url is None:
        return None
    return asyncio.run(_with_store(_load_current))


def _built() -> KnowledgeGraph:
    with progress() as display:
        task = display.add_task("building", total=len(STEPS))

        def report(step: str) -> None:
            display.update(task, description=step, completed=STEPS.index(step))

        return build_graph(report)


def _read(file: Path) -> KnowledgeGraph:
    try:
        return from_bytes(file.read_bytes(), str(file))
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}): write one by `stream-app kg build`") from error


def _unknown(graph: KnowledgeGraph, name: str) -> DataError:
    near = ", ".join(near_names(graph, name))
    advice = f"did you mean {near}?" if near else "check its spelling, or ask by id or ticker"
    return DataError(f"the graph {graph.version} has no {name!r}: {advice}")


def _counts(graph: KnowledgeGraph) -> dict[str, Any]:
    return {
        "entities": dict(sorted(Counter(entity.kind.value for entity in graph.entities).items())),
        "relations": dict(sorted(Counter(relation.kind.value for relation in graph.relations).items())),
        "aliases": len(graph.aliases),
    }


def _count_table(graph: KnowledgeGraph) -> Table:
    table = Table("what", "count", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    counts = _counts(graph)
    for kind, count in (counts["entities"] | {"aliases": counts["aliases"]} | counts["relations"]).items():
        table.add_row(kind, f"{count:,}")
    return table


def _facts(entity: Entity) -> dict[str, Any]:
    return {name: value for name in Entity.__slots__ if (value := getattr(entity, name)) is not None}


def _as_json(graph: KnowledgeGraph, entity: Entity) -> dict[str, Any]:
    about = {relation for relation in graph.relations if entity.id in {relation.source, relation.target}}
    return {
        "kg_version": graph.version,
        "entity": _facts(entity),
        "aliases": [
            {"text": alias.text, "style": alias.style, "prior": alias.prior}
            for alias in graph.aliases
            if alias.entity == entity.id
        ],
        "relations": [
            {"from": relation.source, "relation": relation.kind, "to": relation.target}
            for relation in graph.relations
            if relation in about
        ],
    }


def _entity_table(graph: KnowledgeGraph, entity: Entity) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _facts(entity).items():
        table.add_row(name, str(value))
    shown = _as_json(graph, entity)
    table.add_row("aliases", ", ".join(alias["text"] for alias in shown["aliases"]))
    relations = [(one["from"], one["relation"], one["to"]) for one in shown["relations"]]
    for source, relation, target in relations[:_SHOWN_RELATIONS]:
        table.add_row(relation, target if source == entity.id else f"← {source}")
    if len(relations) > _SHOWN_RELATIONS:
        table.add_row("", f"and {len(relations) - _SHOWN_RELATIONS:,} more: see --json")
    table.add_row("version", graph.version)
    return table
