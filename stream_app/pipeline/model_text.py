"""A document as the one text that the fusion model reads, title first, images last, and the way back to its fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stream_app.pipeline.documents import Field, Mention, TextDocument
from stream_app.pipeline.text import normalise_for_model

MOST_CHARACTERS = 64 * 1024
"""What comes after them is not read; far more than the model's windows hold of any prose."""

_ENDS_SENTENCE = tuple(".!?…:;。！？")


@dataclass(frozen=True, slots=True)
class ModelText:
    """The text as the model reads it; the title begins at 0, the body at `body_at`, the images' text at `media_at`."""

    text: str
    body_at: int
    media_at: int

    def places(self, mentions: Iterable[Mention]) -> list[tuple[int, int]]:
        """Return where the mentions stand in the text, without those in `symbols`, which it lacks."""
        shift = {"title": 0, "body": self.body_at, "media": self.media_at}
        return [(one.start + shift[one.field], one.end + shift[one.field]) for one in mentions if one.field in shift]

    def field_of(self, position: int) -> tuple[Field, int]:
        """Return the field that a character of the text comes from, and its offset there."""
        if position >= self.media_at:
            return "media", position - self.media_at
        return ("title", position) if position < self.body_at else ("body", position - self.body_at)


def model_text(document: TextDocument) -> ModelText:
    """Join title, body and what images say, as sentences."""
    lead = document.title + _join(document.title, document.body)
    own = lead + document.body
    whole = own + _join(own, document.media_text)
    text = normalise_for_model((whole + document.media_text)[:MOST_CHARACTERS])
    return ModelText(text, len(lead), len(whole))


def _join(before: str, after: str) -> str:
    return "" if not before or not after else " " if before.rstrip().endswith(_ENDS_SENTENCE) else ". "
