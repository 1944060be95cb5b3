"""The public sets on cause and effect: which texts state one, and where it stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from stream_app.errors import DataError
from stream_app.pipeline.tensors import TAGS
from stream_app.training.split import is_dev

FINCAUSAL_DETECT = Path("causal/fincausal_detect.train.jsonl")
FINCAUSAL_SPANS = Path("causal/fincausal_spans.train.jsonl")
NEWS_DETECT = Path("causal/cnc_detect.train.jsonl")
NEWS_SPANS = Path("causal/cnc_spans.train.jsonl")
CAUSAL_FILES = (FINCAUSAL_DETECT, FINCAUSAL_SPANS, NEWS_DETECT, NEWS_SPANS)
NO_TAG = -100

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
    try:
        lines = (data / file).read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"training set {data / file} cannot be read ({error.strerror}); see --data") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = orjson.loads(line)
            pairs = [(tuple(one["cause"]), tuple(one["effect"])) for one in row.get("relations", [])]
            causal = bool(row["causal"]) if "causal" in row else None
            yield CausalExample(file, str(row["text"]), causal, tuple(pairs))
        except (KeyError, ValueError, TypeError) as error:
            raise DataError(f"{data / file} line {number} is no example ({error!r}); mend or remove it") from error


def tags_of(example: CausalExample, spans: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the tag of each token, of which `spans` are the characters; `NO_TAG` for special tokens.

    Of relations that overlap, the first one in the text's list keeps its tokens.
    """
    tags = np.full(len(spans), TAGS.index("O"), dtype=np.int64)
    for pair in example.relations:
        for role, (start, end) in zip(("CAUSE", "EFFECT"), pair, strict=True):
            inside = np.flatnonzero((spans[:, 0] < end) & (start < spans[:, 1]))
            if len(inside) and not tags[inside].any():
                tags[inside] = TAGS.index(f"I-{role}")
                tags[inside[0]] = TAGS.index(f"B-{role}")
    tags[spans[:, 0] == spans[:, 1]] = NO_TAG
    return tags
