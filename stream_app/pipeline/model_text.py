"""A document as the one text that the fusion model reads, title first, and the way back to its fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.documents import Field, Mention, TextDocument
from stream_app.pipeline.text import normalise_for_model

MOST_CHARACTERS = 64 * 1024
"""What comes after them is not read; far more than the model's windows hold of any prose."""

_ENDS_SENTENCE = tuple(".!?…:;。！？")


@dataclass(frozen=True, slots=True)
class ModelText:
    """The text as the model reads it; the title begins at 0, the body at `body_at`."""

    text: str
    body_at: int

    def places(self, mentions: Iterable[Mention]) -> NDArray[np.int32]:
        """Return where the mentions stand in the text, `[n, 2]`, without those in `symbols`, which it lacks."""
        shift = {"title": 0, "body": self.body_at}
        found = [(one.start + shift[one.field], one.end + shift[one.field]) for one in mentions if one.field in shift]
        return np.array(found, dtype=np.int32).reshape(-1, 2)

    def field_of(self, position: int) -> tuple[Field, int]:
        """Return the field that a character of the text comes from, and its offset there."""
        return ("title", position) if position < self.body_at else ("body", position - self.body_at)


def model_text(document: TextDocument) -> ModelText:
    """Join title and body, as two sentences."""
    title, body = document.title, document.body
    join = "" if not title or not body else " " if title.rstrip().endswith(_ENDS_SENTENCE) else ". "
    text = normalise_for_model((title + join + body)[:MOST_CHARACTERS])
    return ModelText(text, len(title) + len(join))
