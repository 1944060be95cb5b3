"""The topics that the model tells apart: a subscription to any other would never be told anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches

TopicLabels = Callable[[], Collection[str]]
"""Gives the labels; none where they are not known, and then no topic is refused."""


def no_labels() -> Collection[str]:
    """Know no labels, and refuse none."""
    return ()


def unknown_topic(topics: Iterable[str], labels: Collection[str]) -> str | None:
    """Return what to say of the first topic that is no label, whatever its case; None where all are."""
    known = {label.casefold() for label in labels}
    wrong = next((topic for topic in topics if topic.casefold() not in known), None) if known else None
    if wrong is None:
        return None
    near = get_close_matches(wrong.casefold().replace(" ", "_"), known, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"the model knows no topic “{wrong}”: {meant}there are {', '.join(sorted(labels))}"
