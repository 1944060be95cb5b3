"""A finished run gets its heads on cause and effect; all its other weights stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from stream_app.errors import DataError
from stream_app.training.causal_fit import fit_causal, read_rows
from stream_app.training.causal_heads import CausalHeads
from stream_app.training.causal_texts import chosen, texts_of
from stream_app.training.config import CausalConfig
from stream_app.training.corpus import Corpus
from stream_app.training.encoder import copy_encoder, load_tokenizer
from stream_app.training.run import load_network, load_record, write_record
from stream_app.training.weights import refuse_source, write_weights

Report = Callable[[str, int, int], None]


def learn_causes(run: Path, out: Path, *, corpus: Corpus, config: CausalConfig, report: Report) -> None:
    """Make the run `out` of `run`; `report` hears what is done, how far, and of how much.

    Raises DataError where the data folder has no sets on cause and effect.
    """
    refuse_source(out, run)
    examples = chosen(corpus.causal_train, config)
    if not examples:
        raise DataError(
            "the data folder has no sets on cause and effect; give one that has a folder causal with --data"
        )
    network, tokenizer = load_network(run), load_tokenizer(run, config.max_tokens)
    texts = texts_of(tokenizer, examples)
    rows = read_rows(network, texts, report=lambda done, whole: report("reading", done, whole))
    torch.manual_seed(config.seed)
    network.causal_heads = CausalHeads(network.projection.in_features)
    epochs = config.epochs
    fit_causal(network.causal_heads, rows, config=config, report=lambda now, _: report("learning", now, epochs))
    copy_encoder(run, out)
    write_weights(out, network.state_dict())
    write_record(out, load_record(run).model_copy(update={"causal": config, "files": corpus.files}))
