"""Texts without those that tell again what an earlier one told: the same fingerprints as stories are found by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.fingerprint import Sketch, fingerprint, shared
from stream_app.pipeline.stories import ALIKE


def once_told(documents: Iterable[TextDocument]) -> tuple[list[TextDocument], int]:
    """Return the documents without near-duplicates of one before, and how many those are."""
    by_slot: defaultdict[int, list[Sketch]] = defaultdict(list)
    kept: list[TextDocument] = []
    repeats = 0
    for document in documents:
        print_of = fingerprint(document.title, document.body)
        likely = {sketch for slot in print_of.slots for sketch in by_slot[slot]}
        if any(shared(print_of.whole, sketch) >= ALIKE for sketch in likely):
            repeats += 1
            continue
        kept.append(document)
        for slot in print_of.slots:
            by_slot[slot].append(print_of.whole)
    return kept, repeats
