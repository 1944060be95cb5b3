"""Training texts as documents, for their statistics: a sample of each kind of source."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from stream_app.pipeline.documents import TextDocument
from stream_app.training.examples import Example, load_examples
from stream_app.training.split import is_dev, text_key

_WHENEVER = datetime.fromtimestamp(0, tz=UTC)
"""No set says when its texts were published, and no statistic asks."""


def training_texts(data: Path, most: int, *, seed: int = 0) -> dict[str, list[TextDocument]]:
    """Return up to `most` texts of each kind of source that the model was trained on, each once."""
    found: dict[str, dict[str, Example]] = {}
    for one in load_examples(data):
        if not is_dev(one.text):
            found.setdefault(one.source_kind, {})[text_key(one.text)] = one
    rng = np.random.default_rng(seed)
    return {kind: _sample(list(texts.values()), most, rng) for kind, texts in sorted(found.items())}


def _sample(texts: list[Example], most: int, rng: np.random.Generator) -> list[TextDocument]:
    chosen = [texts[place] for place in rng.permutation(len(texts))[:most]]
    return [
        TextDocument(
            id=f"training-{at}",
            source=None,
            source_kind="social" if one.source_kind == "social" else "news",
            title=one.text,
            body="",
            published_at=_WHENEVER,
            received_at=_WHENEVER,
        )
        for at, one in enumerate(chosen)
    ]
