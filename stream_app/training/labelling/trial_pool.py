"""The pool of a trial: texts of a public set with their labels, as vectors of an encoder that has seen none of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from stream_app.errors import ConfigurationError
from stream_app.pipeline.text import normalise_for_model
from stream_app.training.encoder import default_encoder, load_encoder, load_tokenizer, sentence_embeddings
from stream_app.training.examples import load_examples
from stream_app.training.labelling.choice import Floats
from stream_app.training.labelling.selection import Judged
from stream_app.training.labelling.trial import Pool
from stream_app.training.split import is_dev

_MAX_TOKENS = 96


def trial_pool(data: Path, head: Judged, *, report: Callable[[str], None]) -> Pool:
    """Return the texts with given labels for the head; ConfigurationError for names, which a text has several of."""
    if head is Judged.MENTION:
        raise ConfigurationError("a trial labels whole texts: give --head document or --head topic")
    rows: list[tuple[str, str]] = []
    for one in load_examples(data):
        label = one.topic if head is Judged.TOPIC else None if one.weak or one.document is None else str(one.document)
        if label is not None:
            rows.append((normalise_for_model(one.text), label))
    rows = list(dict(rows).items())
    names = sorted({label for _, label in rows})
    report(f"reading {len(rows)} texts")
    encoder = load_encoder(default_encoder())
    vectors: Floats = sentence_embeddings(
        encoder, load_tokenizer(default_encoder(), _MAX_TOKENS), [text for text, _ in rows]
    ).astype(np.float64)
    labels = np.array([names.index(label) for _, label in rows])
    dev = np.array([is_dev(text) for text, _ in rows])
    return Pool(vectors[~dev], labels[~dev], vectors[dev], labels[dev])
