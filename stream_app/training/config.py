"""What a training run is made of; a TOML file may change any of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from stream_app.errors import ConfigurationError
from stream_app.training.packs.pack import load_pack

_FINANCE = load_pack("finance")


class LossWeights(BaseModel):
    """How much each head's loss counts; `weak` scales derived labels, `additive` the explaining part alone.

    What is not given is what the finance pack says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: float = _FINANCE.head("document").loss
    mention: float = _FINANCE.head("mention").loss
    topic: float = _FINANCE.head("topic").loss
    relevance: float = _FINANCE.head("relevance").loss
    embedding: float = _FINANCE.losses["embedding"]
    additive: float = _FINANCE.losses["additive"]
    weak: float = _FINANCE.losses["weak"]


class CausalConfig(BaseModel):
    """Hyperparameters of the heads on cause and effect, which are trained on a finished encoder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 7
    epochs: int = 6
    batch_rows: int = 32
    max_tokens: int = 128
    rate: float = 2e-3
    weight_decay: float = 0.01
    # share of FinCausal's texts without a cause that is trained on, each of them counting for all
    plain_share: float = 0.25
    # how much a text of the other set counts for detection: it calls other things causal
    other_news: float = 0.3
    # rows whose length differs by less may stand in one batch
    shuffle_tokens: float = 12.0


class TrainConfig(BaseModel):
    """Hyperparameters; the same values, data and seed give the same weights on one machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 7
    epochs: int = 5
    batch_rows: int = 48
    max_tokens: int = 96
    encoder_rate: float = 6e-5
    head_rate: float = 5e-4
    weight_decay: float = 0.01
    warm_up: float = 0.06
    clip: float = 1.0
    label_smoothing: float = 0.05
    # only where the processor computes in bf16: elsewhere it is several times slower than single precision
    bf16: bool = True
    # the topic set is the largest and its head the easiest: each epoch sees this share of it
    topic_share: float = 0.5
    rename: float = 0.35
    # share of headlines that are joined with another one, so that each name has its own context
    join: float = 0.25
    # sentences of reports, made by rule
    reports: int = 1500
    drop_kg: float = 0.3
    drop_context: float = 0.3
    checkpoint_steps: int = 250
    # parts of the network that are learnt, all where none is named; the others stay as they are, without dropout
    learn: tuple[str, ...] = ()
    losses: LossWeights = LossWeights()


def load_config(path: Path | None, pack: Mapping[str, Any] | None = None, **changes: Any) -> TrainConfig:  # noqa: ANN401  (any field of the configuration)
    """Return the defaults, changed by the `pack`, by the file and then by the `changes` that are not None."""
    try:
        fields = dict(pack or {}) | (tomllib.loads(path.read_text()) if path else {})
        return TrainConfig(**(fields | {name: value for name, value in changes.items() if value is not None}))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read as TOML ({error}); mend the file given with --recipe"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ConfigurationError(
            f"training setting {field}: {first['msg']}; mend it in {path or 'the call'}"
        ) from error
