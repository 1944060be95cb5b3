"""A finished run gets its head on what texts state of names; all its other weights stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from stream_app.training.config import StatementConfig
from stream_app.training.encoder import copy_encoder, load_tokenizer
from stream_app.training.runs import Runs
from stream_app.training.stated_texts import StatedText, rows_of
from stream_app.training.statement_fit import fit_statements, read_rows
from stream_app.training.weights import refuse_source, write_weights

Report = Callable[[str, int, int], None]


def learn_statements(
    run: Path, out: Path, texts: Sequence[StatedText], *, runs: Runs, config: StatementConfig, report: Report
) -> None:
    """Make the run `out` of `run`; `report` hears what is done, how far, and of how much."""
    refuse_source(out, run)
    network, tokenizer = runs.load_network(run), load_tokenizer(run, config.max_tokens)
    rows = read_rows(network, rows_of(tokenizer, texts), report=lambda done, whole: report("reading", done, whole))
    torch.manual_seed(config.seed)
    head = network.add_statement_head()
    epochs = config.epochs
    fit_statements(head, rows, config=config, report=lambda now, _: report("learning", now, epochs))
    copy_encoder(run, out)
    write_weights(out, network.state_dict())
    runs.write_record(out, runs.load_record(run).model_copy(update={"statements": config}))
