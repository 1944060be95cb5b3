"""How the knowledge graph, its entities, paths and differences look as tables and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from stream_app.cli.output import QUIET, polarity_style
from stream_app.knowledge.dependence import Dependence, dependence_fields
from stream_app.knowledge.derived import DERIVED
from stream_app.knowledge.difference import Change, Difference
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.paths import Path
from stream_app.knowledge.sentences import statement, transmission

_SHOWN_RELATIONS, _SHOWN_DEPENDENCES, _SHOWN_CHANGES = 20, 30, 20


def counts(graph: KnowledgeGraph) -> dict[str, Any]:
    """Return how much of everything a graph holds; `stated_dependences` are those that no relation implies."""
    return {
        "entities": dict(sorted(Counter(entity.kind.value for entity in graph.entities).items())),
        "relations": dict(sorted(Counter(relation.kind.value for relation in graph.relations).items())),
        "aliases": len(graph.aliases),
        "dependences": dict(sorted(Counter(one.kind.value for one in graph.dependences).items())),
        "stated_dependences": sum(not one.origin.startswith(DERIVED) for one in graph.dependences),
    }


def count_table(graph: KnowledgeGraph) -> Table:
    """Return the counts as a table."""
    table = Table("what", "count", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    found = counts(graph)
    for heading in ("entities", "relations", "dependences"):
        table.add_row(Text(heading, style="bold"), f"{sum(found[heading].values()):,}")
        for kind, count in found[heading].items():
            table.add_row(f"  {kind}", f"{count:,}")
    table.add_row("dependences of the tables", f"{found['stated_dependences']:,}")
    table.add_row("aliases", f"{found['aliases']:,}")
    return table


def entity_names(graph: KnowledgeGraph) -> dict[str, str]:
    """Return the names by id."""
    return {entity.id: entity.name for entity in graph.entities}


def entity_json(graph: KnowledgeGraph, entity: Entity, dependences: Sequence[Dependence]) -> dict[str, Any]:
    """Return all that a graph says of an entity."""
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
            if entity.id in {relation.source, relation.target}
        ],
        "dependences": [dependence_fields(one) for one in dependences],
    }


def _facts(entity: Entity) -> dict[str, Any]:
    return {name: value for name in Entity.__slots__ if (value := getattr(entity, name)) is not None}


def entity_table(graph: KnowledgeGraph, entity: Entity, dependences: Sequence[Dependence]) -> Table:
    """Return all that a graph says of an entity, as far as it fits a screen or two."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _facts(entity).items():
        table.add_row(name, str(value))
    shown = entity_json(graph, entity, dependences)
    table.add_row("aliases", ", ".join(alias["text"] for alias in shown["aliases"]))
    relations = [(one["from"], one["relation"], one["to"]) for one in shown["relations"]]
    for source, relation, target in relations[:_SHOWN_RELATIONS]:
        table.add_row(relation, target if source == entity.id else f"← {source}")
    _say_more(table, len(relations) - _SHOWN_RELATIONS)
    names = entity_names(graph)
    for one in dependences[:_SHOWN_DEPENDENCES]:
        table.add_row("dependence", Text.assemble(statement(one, names), (f"  {one.origin}", QUIET)))
    _say_more(table, len(dependences) - _SHOWN_DEPENDENCES)
    table.add_row("version", graph.version)
    return table


def _say_more(table: Table, left: int) -> None:
    if left > 0:
        table.add_row("", f"and {left:,} more: see --json")


def path_json(path: Path, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a path with what each of its steps does, and by whose word."""
    return {
        "strength": round(path.strength, 5),
        "steps": [
            {
                "from": step.start,
                "to": step.end,
                "sign": step.passing.sign,
                "weight": step.passing.weight,
                "says": statement(step.dependence, names),
                "does": transmission(step, names),
                "dependence": dependence_fields(step.dependence),
            }
            for step in path.steps
        ],
    }


def path_table(paths: Sequence[Path], names: Mapping[str, str]) -> Table:
    """Return paths, the strongest first, one line for each step."""
    table = Table("strength", "how", box=None, pad_edge=False)
    table.columns[0].justify = "right"
    for path in paths:
        head = Text(f"{path.strength:+.4f}", style=polarity_style(path.strength))
        for step in path.steps:
            said = statement(step.dependence, names)
            note = f"{step.dependence.origin}, confidence {step.dependence.confidence:.2f}"
            table.add_row(head, Text.assemble(f"{said}: {transmission(step, names)}", (f"  {note}", QUIET)))
            head = Text("")
    return table


def difference_json(kind: str, difference: Difference) -> dict[str, Any]:
    """Return what changed of one kind of facts."""
    return {
        "facts": kind,
        "added": [_fact_json(fact) for fact in difference.added],
        "removed": [_fact_json(fact) for fact in difference.removed],
        "changed": [{"fact": _fact_json(one.fact), "fields": _change_json(one)} for one in difference.changed],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {name: {"old": was, "new": now} for name, (was, now) in change.fields.items()}


def _fact_json(fact: Any) -> dict[str, Any]:  # noqa: ANN401  (any kind of fact)
    if isinstance(fact, Dependence):
        return dependence_fields(fact)
    return {name: value for name in fact.__slots__ if (value := getattr(fact, name)) is not None}


def difference_table(found: Mapping[str, Difference]) -> Table:
    """Return what changed: counts, and the first of each."""
    table = Table("facts", "", "what", box=None, pad_edge=False)
    for kind, difference in found.items():
        lines = [("+", _words(fact)) for fact in difference.added]
        lines += [("-", _words(fact)) for fact in difference.removed]
        lines += [("~", f"{_words(one.fact)}: {_change_words(one)}") for one in difference.changed]
        for mark, words in lines[:_SHOWN_CHANGES]:
            table.add_row(kind, mark, Text(words))
        if len(lines) > _SHOWN_CHANGES:
            table.add_row(kind, "", f"and {len(lines) - _SHOWN_CHANGES:,} more: see --json")
    return table


def _change_words(change: Change) -> str:
    return ", ".join(f"{name} {_short(was)} → {_short(now)}" for name, (was, now) in change.fields.items())


def _short(value: Any) -> str:  # noqa: ANN401  (whatever a field holds)
    return "nothing" if value is None else str(value)


def _words(fact: Any) -> str:  # noqa: ANN401  (any kind of fact)
    if isinstance(fact, Entity):
        return fact.id
    if hasattr(fact, "target"):
        return f"{fact.source} {fact.kind.value} {fact.target}"
    return " ".join(str(value) for name in fact.__slots__ if (value := getattr(fact, name)) is not None)
