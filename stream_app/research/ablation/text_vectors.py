"""Vectors of texts as the served model gives them, for the documents that rows name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import orjson
from numpy.typing import NDArray

from stream_app.adapters.batching import BatchLimits, in_order, pack, unpack
from stream_app.adapters.files import format_of, open_file, parse_columns, read_records
from stream_app.adapters.model_repository import ModelFiles
from stream_app.adapters.openvino import OpenVinoRuntime
from stream_app.errors import DataError
from stream_app.pipeline.features import context_features
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import KG_FEATURES
from stream_app.pipeline.text import MAX_TOKENS, normalise_for_model
from stream_app.training.encoder import load_tokenizer

_LIMITS = BatchLimits(rows=64, tokens=2048)


def texts_of(file: str, columns: str) -> dict[str, str]:
    """Return title and body of each document of a file, by id; `columns` is a map as `feed` takes it."""
    found: dict[str, str] = {}
    with open_file(file) as stream:
        for record in read_records(stream, file, file_format=format_of(file), columns=parse_columns(columns)):
            document = orjson.loads(record.value)
            if isinstance(document, dict):
                parts = (document.get("title"), document.get("body"))
                found[str(document.get("id"))] = " ".join(part for part in parts if part)
    return found


def served_vectors(
    documents: Sequence[str], texts: Mapping[str, str], model: ModelFiles, *, report: Callable[[int, int], None]
) -> NDArray[np.float32]:
    """Return the served embedding of each document's text, [documents, size]; DataError where one has no text.

    It depends on the text alone, so entities and context are left out. `report` hears of texts read, and of how many.
    """
    asked = sorted(set(documents))
    if lost := [one for one in asked if one not in texts]:
        raise DataError(f"{len(lost)} documents of the events, such as {lost[0]}, have no text in the file of --texts")
    tokenizer = load_tokenizer(model.folder, MAX_TOKENS)
    encodings = tokenizer.encode_batch([normalise_for_model(texts[one]) for one in asked])
    batches = pack([_row(encoding.ids) for encoding in encodings], _LIMITS)
    runtime, results, done = OpenVinoRuntime(model.folder / "model.onnx"), list[list[RowResult]](), 0
    for batch in batches:
        results.append(unpack(batch, runtime.infer(batch.inputs())))
        done += len(batch.rows)
        report(done, len(asked))
    vector = dict(zip(asked, (one.embedding for one in in_order(batches, results)), strict=True))
    return np.array([vector[one] for one in documents], np.float32)


def _row(ids: list[int]) -> ModelRow:
    return ModelRow(
        np.array(ids, np.int32),
        np.empty((0, 2), np.int32),
        np.empty((0, KG_FEATURES), np.float32),
        context_features("", followers=None, likes=None, reposts=None, replies=None),
    )
