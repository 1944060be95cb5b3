"""Stretches of a text that may name an entity, and the choice among those that overlap."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Form(IntEnum):
    """How a span names its candidates, the more explicit the higher."""

    NAME = 0
    CODE = 1
    TICKER = 2  # bare, as in "AAPL up 3%"
    SYMBOL = 3  # with a sign that it is one, as in "$AAPL"


class Span(NamedTuple):
    """A stretch of text and what it can mean, as pairs of an entity's number and its prior.

    `common` tells that the text is also an ordinary word; no candidates means a phrase that names nothing.
    """

    start: int
    end: int
    candidates: tuple[tuple[int, float], ...]
    form: Form = Form.NAME
    common: bool = False


def longest(spans: list[Span]) -> list[Span]:
    """Return the spans that remain where of overlapping ones the longest wins, then the more explicit, then the first.

    Takes time proportional to n log n, whatever overlaps.
    """
    spans.sort()
    kept: list[Span] = []
    cluster: list[Span] = []
    reach = -1
    for span in spans:
        if span.start >= reach:
            kept.extend(_resolved(cluster))
            cluster = []
        cluster.append(span)
        reach = max(reach, span.end)
    kept.extend(_resolved(cluster))
    return kept


def _resolved(cluster: list[Span]) -> list[Span]:
    if len(cluster) <= 1:
        return cluster
    base = cluster[0].start
    taken = bytearray(max(span.end for span in cluster) - base)
    kept = []
    for span in sorted(cluster, key=lambda span: (span.start - span.end, -_explicitness(span), span)):
        # What was placed before is at least as long, so it covers an end of whatever it overlaps.
        if taken[span.start - base] or taken[span.end - 1 - base]:
            continue
        taken[span.start - base : span.end - base] = b"\x01" * (span.end - span.start)
        kept.append(span)
    return sorted(kept)


def _explicitness(span: Span) -> int:
    """Return how explicit a span is; a ticker spelt like an ordinary word, as in `GOLD at a record`, is the least."""
    return -1 if span.common and span.form is Form.TICKER else span.form
