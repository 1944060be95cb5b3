"""From a graph to vectors of its entities: measured on what is held out, then learned from all that it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.vectors import EntityVectors
from stream_app.training.entity_vectors.complex_model import ComplexModel, VectorConfig, learn, score_all
from stream_app.training.entity_vectors.ranking import Ranking, by_chance, by_popularity, ranked
from stream_app.training.entity_vectors.statements import Statements, statements_of

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors, and how held-out statements are ranked: by the model, by how often entities are answers, by chance."""

    vectors: EntityVectors
    statements: int
    rankings: dict[str, Ranking]


def embed(graph: KnowledgeGraph, config: VectorConfig, *, held_out: float, report: Report) -> Embedded:
    """Return vectors of every entity of the graph; `report` hears what is done, how far, and of how much.

    With `held_out`, the share of pairs of entities on which it is measured first, 0 nothing is measured. The vectors
    themselves are learned from all statements.
    """
    statements = statements_of(graph, share=held_out, seed=config.seed)
    rankings: dict[str, Ranking] = {}
    if len(statements.held_out):
        measured = _learned(statements, config, whole=False, report=report)
        rankings = {
            "complex": ranked(statements, lambda asked: score_all(measured, asked)),
            "popularity": ranked(statements, by_popularity(statements)),
            "chance": by_chance(statements),
        }
    model = _learned(statements, config, whole=True, report=report)
    recipe = {"model": "complex", **asdict(config), "rankings": {name: asdict(one) for name, one in rankings.items()}}
    found = model.entity.detach().numpy().astype(np.float16).astype(np.float32)
    vectors = EntityVectors(graph.version, statements.entities, found, recipe)
    return Embedded(vectors, len(statements.all), rankings)


def _learned(statements: Statements, config: VectorConfig, *, whole: bool, report: Report) -> ComplexModel:
    rows, name = (statements.all, "learning") if whole else (statements.learned, "measuring")
    return learn(statements, rows, config, report=lambda epoch, _: report(name, epoch, config.epochs))
