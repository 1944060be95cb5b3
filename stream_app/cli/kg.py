"""`stream-app kg`: builds the knowledge graph, publishes it to the workers, and shows what it knows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from stream_app.causal.implied import implied_dependences
from stream_app.cli import kg_views as views
from stream_app.cli.kg_sources import (
    built_graph,
    entities_named,
    graph_in_use,
    graph_named,
    publish_graph,
    read_graph,
    with_store,
)
from stream_app.cli.kg_vectors import embed, similar
from stream_app.cli.output import stdout, write_json
from stream_app.errors import DataError
from stream_app.knowledge.dependence import Dependence
from stream_app.knowledge.difference import differences
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.files import to_bytes
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.paths import steps_in_force, strongest_paths

app = typer.Typer(no_args_is_help=True)

_MOST_HOPS = 5
_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_File = Annotated[Path | None, typer.Argument(help="A file of `kg build`; without one, the graph is built now.")]
_Graph = Annotated[Path | None, typer.Option("--graph", help="A file of `kg build`; else the published graph.")]
_AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        metavar="TIME",
        help="Only what was true and known then (no zone: UTC); else all that ever was.",
    ),
]
_Named = Annotated[str, typer.Argument(help="A file of `kg build`, a published version, or `built`.")]


@app.callback()
def _group() -> None:
    """Build, load, show and compare the knowledge graph.

    Example: stream-app kg path TSMC Apple
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
    graph = built_graph()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(to_bytes(graph))
    except OSError as error:
        raise DataError(f"{out} cannot be written ({error.strerror}): name another file by --out") from error
    if json:
        write_json({"kg_version": graph.version, "file": str(out), **views.counts(graph)})
        return
    stdout().print(views.count_table(graph))
    stdout().print(f"{graph.version} is in {out}; publish it by: stream-app kg load {out}")


@app.command()
def load(file: _File = None, *, json: _Json = False) -> None:
    """Publish the graph in Redis; workers take it up within seconds, without a restart.

    Example: stream-app kg load knowledge-graph.jsonl.gz
    """
    graph = read_graph(file) if file else built_graph()
    before = with_store(lambda store: publish_graph(store, graph))
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
    as_of: _AsOf = None,
    json: _Json = False,
) -> None:
    """Show an entity: its facts, aliases and relations, and on whom it depends.

    Example: stream-app kg show "Procter & Gamble"
    """
    known = graph_in_use(graph)
    found = entities_named(known, entity)
    if json:
        for one in found:
            write_json(views.entity_json(known, one, _dependences_of(known, one, as_of)))
        return
    stdout().print(views.entity_table(known, found[0], _dependences_of(known, found[0], as_of)))
    if len(found) > 1:
        stdout().print(f"{entity} also names " + ", ".join(other.id for other in found[1:]))


def _dependences_of(graph: KnowledgeGraph, entity: Entity, as_of: datetime | None) -> list[Dependence]:
    """Return what is stated of an entity at that time, the surest first, what is derived last."""
    about = [one for one in graph.dependences if entity.id in {one.source, one.target}]
    moment = _in_utc(as_of)
    return sorted((one for one in about if moment is None or one.holds(moment)), key=lambda one: -one.confidence)


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@app.command()
def path(  # noqa: PLR0913  (each option is one)
    start: Annotated[str, typer.Argument(metavar="A", help="An id, a ticker or a name: where the shock is.")],
    end: Annotated[str, typer.Argument(metavar="B", help="An id, a ticker or a name: whom it reaches.")],
    *,
    as_of: _AsOf = None,
    hops: Annotated[int, typer.Option(min=1, max=_MOST_HOPS, help="Longest path, in steps.")] = 3,
    most: Annotated[int, typer.Option(min=1, help="Paths to show.")] = 5,
    graph: _Graph = None,
    json: _Json = False,
) -> None:
    """Show how a shock to A reaches B: the strongest paths, with what each step says, does, and by whose word.

    Example: stream-app kg path TSMC Apple --as-of 2024-06-30
    """
    known = graph_in_use(graph)
    here, there = entities_named(known, start)[0], entities_named(known, end)[0]
    statements = (*known.dependences, *implied_dependences(known.relations))
    steps = list(steps_in_force(statements, _in_utc(as_of)))
    found = strongest_paths(steps, here.id, end=there.id, hops=hops, most=most)
    names = views.entity_names(known)
    if json:
        for one in found:
            write_json({"from": here.id, "to": there.id, **views.path_json(one, names)})
    elif found:
        stdout().print(views.path_table(found, names))
    else:
        stdout().print(f"no path of {hops} steps leads from {here.id} to {there.id} in {known.version}")


@app.command()
def diff(old: _Named, new: _Named, *, json: _Json = False) -> None:
    """Show what changed between two versions: entities, aliases, relations and dependences.

    Example: stream-app kg diff knowledge-graph.jsonl.gz built
    """
    before, after = graph_named(old), graph_named(new)
    found = differences(before, after)
    if json:
        for kind, difference in found.items():
            write_json(views.difference_json(kind, difference))
        return
    stdout().print(views.difference_table(found))
    changes = sum(len(one.added) + len(one.removed) + len(one.changed) for one in found.values())
    stdout().print(f"{before.version} → {after.version}: {changes:,} changes")


app.command()(embed)
app.command()(similar)
