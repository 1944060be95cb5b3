"""`stream-app kg embed` and `kg similar`: vectors of entities, learned from the graph, and who is near whom by them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from stream_app.cli.kg_sources import entities_named, graph_in_use
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import announce, progress, stdout, write_json
from stream_app.errors import DataError
from stream_app.events.entity import EntityKind
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.vectors import EntityVectors, vectors_from_bytes, vectors_to_bytes

if TYPE_CHECKING:
    from stream_app.training.entity_vectors.run import Embedded

VECTORS_FILE = Path("entity-vectors.npz")
_Graph = Annotated[Path | None, typer.Option("--graph", help="A file of `kg build`; else the published graph.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_Plot = Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Picture of the companies by their sectors.")]


def embed(  # noqa: PLR0913  (options of a command)
    *,
    out: Annotated[Path, typer.Option(help="File to write.")] = VECTORS_FILE,
    rank: Annotated[int | None, typer.Option(min=1, help="Complex numbers of a vector; each is two places.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the statements.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same vectors, on one machine.")] = None,
    held_out: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of pairs that it is measured on first; 0: not measured.")
    ] = 0.05,
    plot: _Plot = None,
    graph: _Graph = None,
    json: _Json = False,
) -> None:
    """Learn vectors of the graph's entities from its relations and dependences, and say how well they tell others.

    Example: stream-app kg embed --out entity-vectors.npz --plot entity-vectors.svg
    """
    need_training()
    from stream_app.training.entity_vectors.complex_model import VectorConfig  # noqa: PLC0415  (needs PyTorch)
    from stream_app.training.entity_vectors.run import embed as learn  # noqa: PLC0415  (the same)

    known = graph_in_use(graph)
    given = {"rank": rank, "epochs": epochs, "seed": seed}
    config = VectorConfig(**{name: value for name, value in given.items() if value is not None})
    with progress() as bar:
        task = bar.add_task("learning", total=None)
        found = learn(
            known,
            config,
            held_out=held_out,
            report=lambda part, done, whole: bar.update(task, description=part, completed=done, total=whole),
        )
    _write(out, vectors_to_bytes(found.vectors))
    if plot is not None:
        _draw(known, found.vectors, plot)
    _show(found, out, json=json)


def _write(out: Path, content: bytes) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        raise DataError(f"{out} cannot be written ({error.strerror}): name another file by --out") from error


def _draw(graph: KnowledgeGraph, vectors: EntityVectors, file: Path) -> None:
    from stream_app.research.charts.canvas import write  # noqa: PLC0415  (an extra)
    from stream_app.research.charts.entity_vectors import companies_by_sector  # noqa: PLC0415  (the same)

    announce(f"{write(companies_by_sector(graph.entities, vectors), file)} is written")


def _show(found: Embedded, out: Path, *, json: bool) -> None:
    vectors = found.vectors
    if json:
        rankings = {name: asdict(one) for name, one in found.rankings.items()}
        size = {"entities": len(vectors.entities), "size": vectors.size, "statements": found.statements}
        write_json({"kg_version": vectors.kg_version, "file": str(out), **size, "rankings": rankings})
        return
    table = Table("held-out statements told by", "MRR", "hits@1", "hits@10", "questions", box=None, pad_edge=False)
    for name, one in found.rankings.items():
        table.add_row(name, f"{one.mrr:.4f}", f"{one.hits_1:.4f}", f"{one.hits_10:.4f}", f"{one.questions:,}")
    if found.rankings:
        stdout().print(table)
    told = f"{found.statements:,} statements of {vectors.kg_version}"
    stdout().print(f"{len(vectors.entities):,} vectors of {vectors.size} numbers, learned from {told}, are in {out}")


def similar(
    entity: Annotated[str, typer.Argument(help="An id, a ticker or a name.")],
    *,
    vectors: Annotated[Path, typer.Option(help="A file of `kg embed`.")] = VECTORS_FILE,
    most: Annotated[int, typer.Option(min=1, help="Entities to show.")] = 10,
    kind: Annotated[EntityKind | None, typer.Option(help="Only entities of this kind; else of any.")] = None,
    graph: _Graph = None,
    json: _Json = False,
) -> None:
    """Show the entities whose vectors are nearest to that of one: who does the same and depends on the same.

    Example: stream-app kg similar TSMC --kind company
    """
    known = graph_in_use(graph)
    asked = entities_named(known, entity)[0]
    by_id = {one.id: one for one in known.entities}
    found = [(by_id[near], cosine) for near, cosine in read_vectors(vectors, known.version).nearest(asked.id)]
    shown = [(near, cosine) for near, cosine in found if kind is None or near.kind is kind][:most]
    if json:
        for near, cosine in shown:
            write_json({"entity": asked.id, "near": near.id, "name": near.name, "cosine": round(cosine, 4)})
        return
    table = Table("cosine", "near", "kind", "sector or country", box=None, pad_edge=False)
    for near, cosine in shown:
        table.add_row(f"{cosine:.3f}", near.name, near.kind.value, near.sector or near.country or "")
    stdout().print(f"{asked.name} ({asked.id}) is nearest to")
    stdout().print(table)


def read_vectors(file: Path, kg_version: str) -> EntityVectors:
    """Return the vectors of a file of `kg embed`; DataError where there is none, or of another version of the graph."""
    try:
        return vectors_from_bytes(file.read_bytes(), str(file), kg_version=kg_version)
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}): write it by: stream-app kg embed") from error
