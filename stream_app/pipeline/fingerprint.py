"""A text's fingerprint: near-duplicates have similar ones, and share at least one slot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`sketch` holds the least hashes of the text's shingles, sorted; `numbers` the figures it gives."""

    sketch: tuple[int, ...]
    slots: tuple[str, ...]
    numbers: frozenset[str]
