"""What changed between two versions of the graph: which facts were added, removed or changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from stream_app.knowledge.graph import KnowledgeGraph

_DERIVED_FIELDS = frozenset({"degree"})  # changes wherever a relation does


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that differs: its fields that do, each before and after."""

    fact: Any
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """How one kind of facts differs between two graphs, in the facts' own order."""

    added: tuple[Any, ...] = ()
    removed: tuple[Any, ...] = ()
    changed: tuple[Change, ...] = field(default=())

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.removed or self.changed)


def differences(old: KnowledgeGraph, new: KnowledgeGraph) -> dict[str, Difference]:
    """Return how the graphs differ, by kind of fact; a fact is the same where its identity is."""
    return {
        "entities": _difference(old.entities, new.entities, lambda one: one.id),
        "aliases": _difference(old.aliases, new.aliases, lambda one: (one.text, one.entity, one.style)),
        "relations": _difference(old.relations, new.relations, lambda one: one),
        "cues": _difference(old.cues, new.cues, lambda one: (one.subject, one.word)),
        "dependences": _difference(old.dependences, new.dependences, lambda one: one.key),
    }


def _difference(old: Iterable[Any], new: Iterable[Any], identity: Callable[[Any], Hashable]) -> Difference:
    before, after = _by_identity(old, identity), _by_identity(new, identity)
    pairs = [(before[key], fact) for key, fact in after.items() if key in before]
    return Difference(
        added=tuple(fact for key, fact in after.items() if key not in before),
        removed=tuple(fact for key, fact in before.items() if key not in after),
        changed=tuple(change for was, now in pairs if (change := Change(now, _changed_fields(was, now))).fields),
    )


def _by_identity(facts: Iterable[Any], identity: Callable[[Any], Hashable]) -> dict[tuple[Hashable, int], Any]:
    """Return facts by identity, and by number where several share one."""
    met: dict[Hashable, int] = defaultdict(int)
    found = {}
    for fact in facts:
        key = identity(fact)
        found[key, met[key]] = fact
        met[key] += 1
    return found


def _changed_fields(was: Any, now: Any) -> dict[str, tuple[Any, Any]]:  # noqa: ANN401  (any kind of fact)
    names = [one.name for one in fields(now) if one.name not in _DERIVED_FIELDS]
    return {
        name: (getattr(was, name), getattr(now, name)) for name in names if getattr(was, name) != getattr(now, name)
    }
