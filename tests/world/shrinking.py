"""From faults under which something goes wrong to the few that it takes: delta debugging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def shrunk(faults: Sequence[_T], fails: Callable[[Sequence[_T]], bool]) -> list[_T]:
    """Return a part of the faults that still fails, and of which none can be left out."""
    kept, parts = list(faults), 2
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        starts = range(0, len(kept), size)
        smaller = next((rest for start in starts if fails(rest := kept[:start] + kept[start + size :])), None)
        if smaller is not None:
            kept, parts = smaller, max(parts - 1, 2)
        elif size == 1:
            break
        else:
            parts = min(2 * parts, len(kept))
    return kept if not kept or (fails(kept) and not fails([])) else []
