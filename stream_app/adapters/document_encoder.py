"""What turns documents into rows for all networks of a version of the model."""

from __future__ import annotations

from stream_app.adapters.model_repository import ModelFiles
from stream_app.pipeline.encoding import Encoder
from stream_app.pipeline.vocabulary import FurtherNetwork


def encoder_of(files: ModelFiles) -> Encoder:
    """Return the encoder by which each document goes to the network for its language."""
    further = [FurtherNetwork(one.languages, one.tokenizer, one.first_id) for one in files.further]
    return Encoder(files.tokenizer, further)
