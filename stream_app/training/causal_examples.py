"""The public sets on cause and effect: which texts state one, and where it stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.tensors import TAGS
from stream_app.training.packs.bio import NO_TAG, bio_tags
from stream_app.training.packs.labelled import Marked, read_rows
from stream_app.training.packs.pack import load_pack
from stream_app.training.split import is_dev

__all__ = ["CAUSAL_FILES", "NO_TAG", "CausalExample", "load_causal", "tags_of"]

_FILES = {source.name: source.file for source in load_pack("finance").data}
FINCAUSAL_DETECT, FINCAUSAL_SPANS = _FILES["fincausal_detect"], _FILES["fincausal_spans"]
NEWS_DETECT, NEWS_SPANS = _FILES["cnc_detect"], _FILES["cnc_spans"]
CAUSAL_FILES = (FINCAUSAL_DETECT, FINCAUSAL_SPANS, NEWS_DETECT, NEWS_SPANS)

_ROLES = ("CAUSE", "EFFECT")

Relation = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class CausalExample:
    """A text of one file: whether it is `causal`, None where that file does not say, and its causes and effects."""

    file: Path
    text: str
    causal: bool | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def is_dev(self) -> bool:
        """Whether it is held out: by its text, so that all copies in all files are."""
        return is_dev(self.text)


def load_causal(data: Path) -> list[CausalExample]:
    """Return the examples of the four files under `data`; `DataError` where one is missing or damaged."""
    return [example for file in CAUSAL_FILES for example in _read(data, file)]


def _read(data: Path, file: Path) -> Iterator[CausalExample]:
    for row in read_rows(data / file):
        try:
            pairs = [(tuple(one["cause"]), tuple(one["effect"])) for one in row.fields.get("relations", [])]
            causal = bool(row.fields["causal"]) if "causal" in row.fields else None
            example = CausalExample(file, str(row.fields["text"]), causal, tuple(pairs))
        except (KeyError, ValueError, TypeError) as error:
            raise row.damaged(error) from error
        yield example


def tags_of(example: CausalExample, spans: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the tag of each token, of which `spans` are the characters; `NO_TAG` for special tokens.

    Of relations that overlap, the first one in the text's list keeps its tokens.
    """
    roles = [Marked(*span, role) for pair in example.relations for role, span in zip(_ROLES, pair, strict=True)]
    return bio_tags(roles, spans, TAGS)
