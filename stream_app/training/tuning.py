"""Parameter-efficient tuning of the encoder, by the library peft: few new numbers learn, and are merged at the end.

LoRA (Hu et al. 2021): W x + (alpha / r) B A x, with A of r rows and B of r columns learnt, W kept. AdaLoRA (Zhang et
al. 2023): W x + (alpha / r) P diag(E) Q x; from 1.5 r a layer, the entries of E that matter least are struck out step
by step until r a layer are left on average, and P, Q are held orthogonal by a penalty. IA3 (Liu et al. 2022): a learnt
factor for each key, value and hidden place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from stream_app.errors import ConfigurationError
from stream_app.training.config import TrainConfig, TuningConfig
from stream_app.training.network import EncoderNetwork

if TYPE_CHECKING:
    from peft import IA3Config, LoraConfig, PeftModel

# peft takes seconds to import, which tuning all weights need not wait for.
# ruff: noqa: PLC0415

_ALL_LINEAR = ("query", "key", "value", "dense")
_IA3 = ("key", "value", "output.dense")
_FEED_FORWARD = "output.dense"
_FIRST_RANKS = 1.5
_WAIT, _SETTLED = 0.1, 0.3
"""Of AdaLoRA's steps: before anything is struck out, and after which nothing more is."""
_LEAST_STEPS = 10
_ORTHOGONAL = 0.1
_MEMORY = ("ipt", "exp_avg_ipt", "exp_avg_unc")


class Tuner:
    """The encoder of a network as it is tuned; all of its weights are, and nothing is to be done, with `full`."""

    def __init__(self, network: EncoderNetwork, adapted: PeftModel | None = None, *, ranks: bool = False) -> None:
        """`ranks` tells that ranks are shared out anew after each step."""
        self._network, self._adapted, self._ranks = network, adapted, ranks
        if adapted is not None:
            network.encoder = adapted

    def penalty(self) -> Tensor:
        """Return AdaLoRA's, the mean of |Q Q' - I| and |P' P - I|; nothing with other methods."""
        if not self._ranks:
            return torch.zeros(())
        apart = []
        for name, factor in self._model.named_parameters():
            if "lora_A" in name or "lora_B" in name:
                product = factor @ factor.T if "lora_A" in name else factor.T @ factor
                apart.append(torch.linalg.norm(product - torch.eye(len(product))))
        return _ORTHOGONAL * torch.stack(apart).mean()

    def after_step(self, step: int) -> None:
        """Share out the ranks anew, with the gradients of the `step`th step, from 1."""
        if self._ranks:
            self._model.update_and_allocate(step)

    def state(self) -> dict[str, Any]:
        """Return how much each entry has mattered, and which are struck out."""
        if not self._ranks:
            return {}
        memory = {name: getattr(self._model.rankallocator, name) for name in _MEMORY}
        return {**memory, "rank_pattern": self._model.peft_config["default"].rank_pattern}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint's state."""
        if self._ranks:
            for name in _MEMORY:
                setattr(self._model.rankallocator, name, state[name])
            self._model.peft_config["default"].rank_pattern = state["rank_pattern"]

    def merge(self) -> None:
        """Make what was learnt part of the encoder's own weights; nothing of peft is left."""
        if self._adapted is not None:
            self._network.encoder = self._adapted.merge_and_unload()

    @property
    def _model(self) -> Any:  # noqa: ANN401  (peft's has no types)
        assert self._adapted is not None  # noqa: S101  (for the type checker)
        return self._adapted.base_model


def adapt(network: EncoderNetwork, config: TrainConfig, *, steps: int) -> Tuner:
    """Prepare the network's encoder for the method of the configuration and return what goes with it.

    ConfigurationError where the method cannot be had with the other settings.
    """
    tuning = config.tuning
    if tuning.method == "full":
        return Tuner(network)
    if config.learn and "encoder" not in config.learn:
        raise ConfigurationError(
            f"tuning.method {tuning.method} tunes the encoder, which learn leaves out; name encoder there, or tune full"
        )
    ranks = tuning.method == "adalora"
    if ranks and (steps < _LEAST_STEPS or config.frozen_layers):
        raise ConfigurationError(
            f"AdaLoRA shares ranks between all layers in {_LEAST_STEPS} steps or more, and this run has {steps} and "
            f"{config.frozen_layers} frozen layers; take lora"
        )
    from peft import get_peft_model

    try:
        adapted = get_peft_model(network.encoder, _peft_config(tuning, steps))
    except ValueError as error:
        raise ConfigurationError(f"tuning.targets {', '.join(tuning.targets)}: {error}") from error
    return Tuner(network, adapted, ranks=ranks)


def _peft_config(tuning: TuningConfig, steps: int) -> LoraConfig | IA3Config:
    from peft import AdaLoraConfig, IA3Config, LoraConfig

    targets = list(tuning.targets or (_IA3 if tuning.method == "ia3" else _ALL_LINEAR))
    if tuning.method == "ia3":
        return IA3Config(target_modules=targets, feedforward_modules=[one for one in targets if one == _FEED_FORWARD])
    if tuning.method == "lora":
        return LoraConfig(r=tuning.rank, lora_alpha=tuning.alpha, target_modules=targets)
    return AdaLoraConfig(
        init_r=round(tuning.rank * _FIRST_RANKS),
        target_r=tuning.rank,
        lora_alpha=tuning.alpha,
        target_modules=targets,
        tinit=round(steps * _WAIT),
        tfinal=round(steps * _SETTLED),
        deltaT=1,
        total_step=steps,
    )
