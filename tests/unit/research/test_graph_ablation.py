"""The graph's ablation tells help that carries over to new entities from a mark by which known ones are recognised."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from stream_app.knowledge.vectors import EntityVectors
from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES
from stream_app.research.ablation.graph import FEATURES, VARIANTS, HeadConfig, graph_columns
from stream_app.research.ablation.graph_study import GraphStudy, study
from stream_app.research.ablation.mentions import Mentions

ENTITIES, ROWS, HIDDEN, SIZE = 24, 1600, 8, 32
CONFIG = HeadConfig(seeds=1, folds=2, epochs=12, batch_rows=64, rate=3e-3)


def vectors() -> EntityVectors:
    """Each entity is of one of three kinds, which its vector tells, and which of its kind it is, too."""
    random = np.random.default_rng(0)
    table = random.normal(size=(3, SIZE))[np.arange(ENTITIES) % 3] + random.normal(0, 0.7, (ENTITIES, SIZE))
    return EntityVectors("kg-x", tuple(f"company:{number}" for number in range(ENTITIES)), table.astype(np.float32))


def mentions(label_of: str) -> Mentions:
    """Return mentions whose label follows from the kind of their entity, or from their text alone."""
    random = np.random.default_rng(1)
    entity = random.integers(ENTITIES, size=ROWS)
    own = random.normal(size=(ROWS, HIDDEN)).astype(np.float32)
    labels = entity % 3 if label_of == "entity" else (own[:, 0] > 0).astype(int) * 2
    nothing = torch.zeros(ROWS, HIDDEN)
    return Mentions(
        own=torch.from_numpy(own),
        around=nothing,
        added=torch.zeros(ROWS, 3),
        graph=torch.zeros(ROWS, KG_FEATURES),
        context=torch.zeros(ROWS, CONTEXT_FEATURES),
        labels=torch.from_numpy(labels),
        texts=np.arange(ROWS),
        entities=tuple(f"company:{number}" if number else None for number in entity.tolist()),
        dev=np.arange(ROWS) % 4 == 0,
    )


@pytest.fixture(scope="module")
def of_entities() -> GraphStudy:
    return study(mentions("entity"), vectors(), CONFIG, samples=100, report=lambda *_: None)


def accuracy(found: GraphStudy, variant: str, group: str) -> float:
    value = found.cells[variant][group].accuracy.value
    assert value is not None
    return value


def test_what_vectors_say_of_a_kind_is_told_of_entities_that_were_never_met(of_entities: GraphStudy) -> None:
    for group in ("met", "held out"):
        assert accuracy(of_entities, "both", group) > 0.9
    assert accuracy(of_entities, "features", "met") < 0.5
    gain = of_entities.cells["both"]["held out"].gain
    assert gain.low is not None
    assert gain.low > 0.3


def test_vectors_of_others_help_on_entities_that_were_met_alone(of_entities: GraphStudy) -> None:
    """They are but numbers by which to recognise an entity: the shortcut that the ablation is to show."""
    assert accuracy(of_entities, "shuffled", "met") > 0.6
    assert accuracy(of_entities, "shuffled", "held out") < 0.5


def test_vectors_that_say_nothing_of_the_label_bring_nothing() -> None:
    found = study(mentions("text"), vectors(), CONFIG, samples=100, report=lambda *_: None)
    for variant in VARIANTS:
        assert accuracy(found, variant.name, "all") > 0.9
        assert abs(found.cells[variant.name]["all"].gain.value or 0) < 0.05


def test_one_seed_gives_one_table() -> None:
    short = HeadConfig(seeds=1, folds=2, epochs=1)
    first, again = (study(mentions("text"), vectors(), short, samples=100, report=lambda *_: None) for _ in range(2))
    assert first == again
    assert first.cells[FEATURES.name]["all"].gain.value == 0


def test_only_shuffling_gives_an_entity_the_vector_of_another() -> None:
    some, table = mentions("text"), vectors()
    columns = {one.name: graph_columns(some, table, one, seed=0)[:, KG_FEATURES:].numpy() for one in VARIANTS}
    own = dict(zip(table.entities, table.unit(), strict=True))
    unlinked = np.array([entity is None for entity in some.entities])
    expected = np.array([own.get(entity or "", np.zeros(SIZE)) for entity in some.entities])
    assert columns["both"] / 4 == pytest.approx(expected, abs=1e-6)
    assert not columns["features"].any()
    assert not columns["shuffled"][unlinked].any()
    assert not np.allclose(columns["shuffled"] / 4, expected)
    assert sorted(map(tuple, np.unique(columns["shuffled"][~unlinked], axis=0))) != []
