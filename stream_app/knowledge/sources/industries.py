"""From the sources' many labels for industries to the graph's own industries, each in one GICS sector."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.facts import Facts
from stream_app.knowledge.sources.tables import read_table, row_aliases


@dataclass(frozen=True, slots=True)
class Industry:
    """One industry: the id of its entity, its GICS sector, and a pattern for other sources' labels of it."""

    id: str
    sector: str
    labels: re.Pattern[str]


def industry_facts() -> Facts:
    """Return the industries as entities with their aliases."""
    facts = Facts()
    for row in read_table("industries"):
        entity = Entity(f"industry:{row['slug']}", EntityKind.INDUSTRY, row["name"], sector=row["sector"], prior=0.7)
        facts.entities.append(entity)
        facts.aliases.extend(row_aliases(row, entity.id))
    return facts


def read_industries() -> tuple[Industry, ...]:
    """Return the industries in the order in which labels are tried."""
    return tuple(
        Industry(f"industry:{row['slug']}", row["sector"], re.compile("|".join(row.items("match"))))
        for row in read_table("industries")
        if row["match"]
    )


def industry_of(labels: Iterable[str], industries: tuple[Industry, ...]) -> Industry | None:
    """Return the industry that most labels speak for; of equals the one that comes first in the table."""
    votes: Counter[int] = Counter()
    for label in labels:
        folded = label.lower()
        place = next((at for at, industry in enumerate(industries) if industry.labels.search(folded)), None)
        if place is not None:
            votes[place] += 1
    if not votes:
        return None
    winner = min(votes, key=lambda place: (-votes[place], place))
    return industries[winner]
