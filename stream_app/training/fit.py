"""The supervised stage: which rows come when, which parts learn, and how."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from stream_app.errors import ConfigurationError
from stream_app.training.batches import Collator, epoch_plan
from stream_app.training.config import TrainConfig
from stream_app.training.corpus import LARGE_SET, Corpus
from stream_app.training.cost import Cost, cost_of
from stream_app.training.descent import Descent, Loss, Progress
from stream_app.training.encoder import freeze_layers, half_precision
from stream_app.training.examples import HEADLINES, Example
from stream_app.training.losses import total_loss
from stream_app.training.network import FusionNetwork
from stream_app.training.tuning import adapt

__all__ = ["Progress", "fit"]


def fit(
    network: FusionNetwork,
    corpus: Corpus,
    teacher: Tensor,
    *,
    config: TrainConfig,
    run: Path,
    report: Callable[[Progress], None],
) -> Cost:
    """Train `network` in place, going on from the run's checkpoint where there is one; return what it cost.

    `teacher` is `[train, hidden]`. Whatever `report` raises ends the run, which may be continued later.
    """
    plan = _plan(corpus, config)
    _choose_parts(network, config.learn)
    tuner = adapt(network, config, steps=len(plan))
    freeze_layers(network.encoder, config.frozen_layers)
    collator = Collator(
        corpus.tokenizer, corpus.gazetteer, topics=corpus.topics, config=config, headlines=_headlines(corpus)
    )

    def loss_of(step: int) -> Loss:
        epoch, rows = plan[step]
        batch = collator.batch([corpus.train[row] for row in rows], rows, epoch)
        with half_precision(wanted=config.bf16):
            scores = network(*batch.inputs)
        loss, parts = total_loss(scores, batch, teacher=teacher[batch.rows].float(), config=config)
        return loss + tuner.penalty(), parts

    recipe = _recipe(network, corpus, config)
    descent = Descent(network, len(plan), pace=config, recipe=recipe, loss_of=loss_of, tuner=tuner)
    cost = cost_of(network, descent.run(run, report))
    tuner.merge()
    return cost


def _headlines(corpus: Corpus) -> list[Example]:
    return [example for example in corpus.train if example.set_name == HEADLINES]


def _choose_parts(network: FusionNetwork, learn: Sequence[str]) -> None:
    """Let these parts learn, all where none is named, and keep the others, and what was frozen, as they are."""
    frozen = [parameter for parameter in network.parameters() if not parameter.requires_grad]
    parts = dict(network.named_children())
    if unknown := set(learn) - parts.keys():
        raise ConfigurationError(f"the network has no part {min(unknown)} to learn: it has {', '.join(parts)}")
    network.requires_grad_(requires_grad=not learn)
    network.train(mode=not learn)
    for name in learn:
        parts[name].requires_grad_().train()
    for parameter in frozen:
        parameter.requires_grad_(False)


def _plan(corpus: Corpus, config: TrainConfig) -> list[tuple[int, list[int]]]:
    lengths = np.array([len(example.text) for example in corpus.train])
    large = np.array([example.set_name == LARGE_SET for example in corpus.train])
    return [
        (epoch, rows)
        for epoch in range(config.epochs)
        for rows in epoch_plan(lengths, large, config=config, epoch=epoch)
    ]


def _recipe(network: FusionNetwork, corpus: Corpus, config: TrainConfig) -> str:
    """Return the digest of what decides a run's result: settings, data, names, and the weights that it starts from."""
    digest = hashlib.sha256(config.model_dump_json().encode() + repr(corpus.files).encode())
    digest.update("\n".join(corpus.gazetteer.names).encode())
    for tensor in network.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()
