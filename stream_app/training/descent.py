"""Steps downhill that can be interrupted: each is a function of the configuration and the step before it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from stream_app.errors import DataError
from stream_app.training.checkpoint import load_checkpoint, save_checkpoint

Loss = tuple[Tensor, dict[str, float]]
_STEP_SEEDS = 1_000_003


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands after a step."""

    step: int
    steps: int
    loss: float
    parts: dict[str, float]


class Pace(Protocol):
    """What the configurations of all stages say of their steps."""

    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def encoder_rate(self) -> float: ...  # noqa: D102
    @property
    def head_rate(self) -> float: ...  # noqa: D102
    @property
    def weight_decay(self) -> float: ...  # noqa: D102
    @property
    def warm_up(self) -> float: ...  # noqa: D102
    @property
    def clip(self) -> float: ...  # noqa: D102
    @property
    def checkpoint_steps(self) -> int: ...  # noqa: D102


class Tuner(Protocol):
    """What has a say after each step, and something to remember."""

    def after_step(self, step: int) -> None:
        """Hear that the `step`th step, from 1, is done, while its gradients are there."""

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint has to keep."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what a checkpoint kept."""


@dataclass(frozen=True, slots=True)
class Descent:
    """The training of a module, whose part `encoder` has a rate of its own, over `steps` steps.

    `recipe` is the digest of all that decides the result; `loss_of` gives the loss of the step of that number, from 0.
    """

    module: nn.Module
    steps: int
    pace: Pace
    recipe: str
    loss_of: Callable[[int], Loss]
    tuner: Tuner | None = None
    optimiser: AdamW = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "optimiser", _optimiser(self.module, self.pace))

    def run(self, folder: Path, report: Callable[[Progress], None]) -> float:
        """Train in place, going on from the folder's checkpoint where there is one; return processor seconds of all.

        Whatever `report` raises ends it, and it may be continued later. DataError where it goes astray.
        """
        done, spent = self._resume(folder)
        started = time.process_time() - spent
        for step in range(done, self.steps):
            torch.manual_seed(self.pace.seed * _STEP_SEEDS + step)
            loss, parts = self._step(step)
            if (step + 1) % self.pace.checkpoint_steps == 0 or step + 1 == self.steps:
                self._save(folder, step + 1, time.process_time() - started)
            report(Progress(step + 1, self.steps, loss, parts))
        return time.process_time() - started

    def _step(self, step: int) -> tuple[float, dict[str, float]]:
        _set_rates(self.optimiser, self.pace, step / self.steps)
        loss, parts = self.loss_of(step)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        steep = nn.utils.clip_grad_norm_(self.module.parameters(), self.pace.clip)
        if not (math.isfinite(loss.item()) and math.isfinite(steep)):
            raise DataError(
                f"the training went astray: at step {step + 1} of {self.steps} the loss, or its slope, is no number; "
                "train into another folder with a lower encoder_rate and head_rate"
            )
        self.optimiser.step()
        if self.tuner:
            self.tuner.after_step(step + 1)
        return loss.item(), parts

    def _resume(self, folder: Path) -> tuple[int, float]:
        state = load_checkpoint(folder, self.recipe)
        if state is None:
            return 0, 0.0
        self.module.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.tuner:
            self.tuner.restore(state["tuner"])
        return state["step"], state["seconds"]

    def _save(self, folder: Path, step: int, seconds: float) -> None:
        state = {"network": self.module.state_dict(), "optimiser": self.optimiser.state_dict()}
        tuner = self.tuner.state() if self.tuner else {}
        save_checkpoint(folder, {**state, "tuner": tuner, "step": step, "seconds": seconds, "recipe": self.recipe})


def _optimiser(module: nn.Module, pace: Pace) -> AdamW:
    """Return AdamW over four groups: encoder or heads, with weight decay or (biases, norms) without."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith("encoder."), parameter.ndim > 1), []).append(parameter)
    return AdamW(
        [
            {
                "params": parameters,
                "peak": pace.encoder_rate if in_encoder else pace.head_rate,
                "weight_decay": pace.weight_decay if decays else 0.0,
            }
            for (in_encoder, decays), parameters in groups.items()
        ],
        lr=0.0,
        fused=True,
    )


def _set_rates(optimiser: AdamW, pace: Pace, done: float) -> None:
    """Set the rates of a warm-up followed by a straight line to zero; `done` is 0..1."""
    rising = (done + 1e-9) / pace.warm_up if pace.warm_up else 1.0
    factor = min(rising, (1.0 - done) / (1.0 - pace.warm_up))
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * factor
