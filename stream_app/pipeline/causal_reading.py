"""The model's causal outputs of a document's rows to one reading: a probability, and relations as spans of a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream_app.pipeline.documents import Field
from stream_app.pipeline.encoding import EncodedDocument, EncodedRow
from stream_app.pipeline.model_text import ModelText
from stream_app.pipeline.rows import RowResult
from stream_app.pipeline.statements import CausalReading
from stream_app.pipeline.tagging import relations

LEAST_PROBABILITY = 0.5
"""A window that states no cause with at least this probability is not searched for one."""

Span = tuple[int, int]


def causal_reading(encoded: EncodedDocument, read: Sequence[tuple[EncodedRow, RowResult]]) -> CausalReading | None:
    """Return the reading of a document from its windows: it states a cause as surely as the surest of them.

    Its relations are those of the field that has the first. None where the network was not taught causes, and says
    exactly 0 of all.
    """
    probability = max(float(result.causal_probability[0]) for _, result in read)
    if not probability:
        return None
    found = [one for row, result in read for one in _relations(encoded.text, row, result)]
    if not found:
        return CausalReading(probability)
    field = found[0][0]
    return CausalReading(probability, tuple(pair for place, pair in found if place == field), field)


def _relations(text: ModelText, row: EncodedRow, result: RowResult) -> Iterator[tuple[Field, tuple[Span, Span]]]:
    """Yield a window's relations, but for those that run from the title into the body."""
    if result.causal_probability[0] < LEAST_PROBABILITY:
        return
    for pair in relations(result.tag_probabilities[1:-1]):
        spans = [(int(row.token_spans[first + 1, 0]), int(row.token_spans[last, 1])) for first, last in pair]
        ends = [(text.field_of(start), text.field_of(end - 1)) for start, end in spans]
        if len({field for both in ends for field, _ in both}) == 1:
            cause, effect = ((start, last + 1) for (_, start), (_, last) in ends)
            yield ends[0][0][0], (cause, effect)
