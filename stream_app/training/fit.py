"""The supervised stages: which batches come when, which parts learn, and how."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from torch import Tensor, nn

from stream_app.errors import ConfigurationError
from stream_app.training.config import TrainConfig
from stream_app.training.cost import Cost, cost_of
from stream_app.training.descent import Descent, Loss, Progress
from stream_app.training.encoder import freeze_layers
from stream_app.training.network import EncoderNetwork
from stream_app.training.tuning import adapt

__all__ = ["Progress", "Task", "fit"]


class Task(Protocol):
    """What a run learns: a network, whose part `encoder` may be tuned, its batches in order, and their loss."""

    @property
    def network(self) -> EncoderNetwork: ...  # noqa: D102

    def plan(self) -> list[tuple[int, list[int]]]:
        """Return the batches as (epoch, rows)."""
        ...

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of a batch, and each head's part of it."""
        ...

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights."""
        ...

    def frozen(self) -> Iterable[nn.Parameter]:
        """Return what never learns."""
        ...


def fit(task: Task, *, config: TrainConfig, run: Path, report: Callable[[Progress], None]) -> Cost:
    """Train the task's network in place, going on from the run's checkpoint where there is one; return what it cost.

    Whatever `report` raises ends the run, which may be continued later.
    """
    network, plan = task.network, task.plan()
    _choose_parts(network, config.learn)
    for parameter in task.frozen():
        parameter.requires_grad_(False)
    tuner = adapt(network, config, steps=len(plan))
    freeze_layers(network.encoder, config.frozen_layers)

    def loss_of(step: int) -> Loss:
        epoch, rows = plan[step]
        loss, parts = task.loss(rows, epoch)
        return loss + tuner.penalty(), parts

    descent = Descent(network, len(plan), pace=config, recipe=_recipe(task, config), loss_of=loss_of, tuner=tuner)
    cost = cost_of(network, descent.run(run, report))
    tuner.merge()
    return cost


def _choose_parts(network: nn.Module, learn: Sequence[str]) -> None:
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


def _recipe(task: Task, config: TrainConfig) -> str:
    """Return the digest of what decides a run's result: settings, data, names, and the weights that it starts from."""
    digest = hashlib.sha256(config.model_dump_json().encode() + task.identity())
    for tensor in task.network.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()
