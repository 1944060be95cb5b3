"""The training loop: every step is a function of the run's configuration and the step before it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from stream_app.errors import ConfigurationError
from stream_app.training.checkpoint import load_checkpoint, save_checkpoint
from stream_app.training.config import TrainConfig

_STEP_SEEDS = 1_000_003


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands after a step."""

    step: int
    steps: int
    loss: float
    parts: dict[str, float]


class Task(Protocol):
    """What a run learns: a network, its batches in order, and their loss."""

    @property
    def network(self) -> nn.Module: ...  # noqa: D102

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


def fit(task: Task, *, config: TrainConfig, run: Path, report: Callable[[Progress], None]) -> None:
    """Train the task's network in place, going on from the run's checkpoint where there is one.

    Whatever `report` raises ends the run, which may be continued later.
    """
    network, plan = task.network, task.plan()
    _choose_parts(network, config.learn)
    for parameter in task.frozen():
        parameter.requires_grad = False
    optimiser = _optimiser(network, config)
    recipe = _recipe(task, config)
    done = 0
    if state := load_checkpoint(run, recipe):
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        done = state["step"]
    for step, (epoch, rows) in enumerate(plan[done:], start=done):
        _set_rates(optimiser, config, step / len(plan))
        torch.manual_seed(config.seed * _STEP_SEEDS + step)
        loss, parts = _step(task, optimiser, (epoch, rows), config=config)
        if (step + 1) % config.checkpoint_steps == 0 or step + 1 == len(plan):
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            save_checkpoint(run, {**state, "step": step + 1, "recipe": recipe})
        report(Progress(step + 1, len(plan), loss, parts))


def _choose_parts(network: nn.Module, learn: Sequence[str]) -> None:
    """Let these parts learn, all where none is named, and keep the others as they are."""
    parts = dict(network.named_children())
    if unknown := set(learn) - parts.keys():
        raise ConfigurationError(f"the network has no part {min(unknown)} to learn: it has {', '.join(parts)}")
    network.requires_grad_(requires_grad=not learn)
    network.train(mode=not learn)
    for name in learn:
        parts[name].requires_grad_().train()


def _recipe(task: Task, config: TrainConfig) -> str:
    """Return the digest of what decides a run's result: settings, data, names, and the weights that it starts from."""
    digest = hashlib.sha256(config.model_dump_json().encode() + task.identity())
    for tensor in task.network.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()


def _optimiser(network: nn.Module, config: TrainConfig) -> AdamW:
    """Return AdamW over four groups: encoder or heads, with weight decay or (biases, norms) without."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        groups.setdefault((name.startswith("encoder."), parameter.ndim > 1), []).append(parameter)
    return AdamW(
        [
            {
                "params": parameters,
                "peak": config.encoder_rate if in_encoder else config.head_rate,
                "weight_decay": config.weight_decay if decays else 0.0,
            }
            for (in_encoder, decays), parameters in groups.items()
        ],
        lr=0.0,
        fused=True,
    )


def _set_rates(optimiser: AdamW, config: TrainConfig, done: float) -> None:
    """Set the rates of a warm-up followed by a straight line to zero; `done` is 0..1."""
    factor = min((done + 1e-9) / config.warm_up, (1.0 - done) / (1.0 - config.warm_up))
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * factor


def _step(
    task: Task, optimiser: AdamW, batch: tuple[int, list[int]], *, config: TrainConfig
) -> tuple[float, dict[str, float]]:
    epoch, rows = batch
    loss, parts = task.loss(rows, epoch)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(task.network.parameters(), config.clip)
    optimiser.step()
    return loss.item(), parts
