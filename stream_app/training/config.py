"""What a training run is made of; a TOML file may change any of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stream_app.errors import ConfigurationError
from stream_app.training.packs.pack import load_pack

_FINANCE = load_pack("finance")

_Config = TypeVar("_Config", bound=BaseModel)
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
WarmUp = Annotated[float, Field(ge=0.0, lt=1.0)]
Clip = Annotated[float, Field(gt=0.0)]
Amount = Annotated[int, Field(ge=0)]
_STRICT = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LossWeights(BaseModel):
    """How much each head's loss counts; `weak` scales derived labels, `additive` the explaining part alone.

    What is not given is what the finance pack says.
    """

    model_config = _STRICT

    document: Rate = _FINANCE.head("document").loss
    mention: Rate = _FINANCE.head("mention").loss
    topic: Rate = _FINANCE.head("topic").loss
    relevance: Rate = _FINANCE.head("relevance").loss
    embedding: Rate = _FINANCE.losses["embedding"]
    additive: Rate = _FINANCE.losses["additive"]
    weak: Rate = _FINANCE.losses["weak"]


class HeadConfig(BaseModel):
    """Hyperparameters of heads that are trained on a finished encoder."""

    model_config = _STRICT

    seed: Seed = 7
    epochs: Count = 6
    batch_rows: Count = 32
    max_tokens: Count = 128
    rate: Rate = 2e-3
    weight_decay: Rate = 0.01
    # rows whose length differs by less may stand in one batch
    shuffle_tokens: Rate = 12.0


class CausalConfig(HeadConfig):
    """Hyperparameters of the heads on cause and effect."""

    # share of FinCausal's texts without a cause that is trained on, each of them counting for all
    plain_share: Share = 0.25
    # how much a text of the other set counts for detection: it calls other things causal
    other_news: Rate = 0.3


class StatementConfig(HeadConfig):
    """Hyperparameters of the head on what a text states of each name."""

    weight_decay: Rate = 0.1
    label_smoothing: Share = 0.1
    # share of the names of which nothing is known, as of those that are linked to nobody
    drop_kg: Share = 0.15


class TuningConfig(BaseModel):
    """How the encoder is tuned: all of its weights, or few new ones beside them, which are merged at the end.

    `targets` are the ends of names of linear layers; where none is named, those that the method's authors tune.
    """

    model_config = _STRICT

    method: Literal["full", "lora", "adalora", "ia3"] = "full"
    rank: int = Field(8, gt=0)
    alpha: float = Field(16.0, gt=0.0)
    targets: tuple[str, ...] = ()


class PretrainConfig(BaseModel):
    """Hyperparameters of the self-supervised stage."""

    model_config = _STRICT

    seed: Seed = 7
    epochs: Count = 1
    batch_rows: Count = 48
    max_tokens: Count = 64
    encoder_rate: Rate = 3e-5
    head_rate: Rate = 5e-4
    weight_decay: Rate = 0.01
    warm_up: WarmUp = 0.06
    clip: Clip = 1.0
    bf16: bool = True
    checkpoint_steps: Count = 100
    # share of the texts that are read, chosen by the text
    text_share: float = Field(1.0, gt=0.0, le=1.0)
    # chance of a word, and of a whole mention of an entity, to be hidden
    mask_words: Share = 0.15
    mask_mentions: Share = 0.4
    # chance of a word to be left out, and to get a typo, in a text's other view
    drop_words: Share = 0.1
    typos: Share = 0.05
    temperature: float = Field(0.05, gt=0.0)
    # how much the sentences' likeness counts beside the hidden words
    contrast: Rate = 0.5


class TrainConfig(BaseModel):
    """Hyperparameters; the same values, data and seed give the same weights on one machine."""

    model_config = _STRICT

    seed: Seed = 7
    epochs: Count = 5
    batch_rows: Count = 48
    max_tokens: Count = 96
    encoder_rate: Rate = 6e-5
    head_rate: Rate = 5e-4
    weight_decay: Rate = 0.01
    warm_up: WarmUp = 0.06
    clip: Clip = 1.0
    label_smoothing: Share = 0.05
    # only where the processor computes in bf16: elsewhere it is several times slower than single precision
    bf16: bool = True
    # the topic set is the largest and its head the easiest: each epoch sees this share of it
    topic_share: Share = 0.5
    rename: Share = 0.35
    # share of headlines that are joined with another one, so that each name has its own context
    join: Share = 0.25
    # share of the texts in which a word is misspelt, and of those that stand beside words which say nothing of them
    typos: Share = 0.0
    chatter: Share = 0.0
    # sentences of reports, made by rule
    reports: Amount = 1500
    # sentences by twos, made by rule, that look alike and have other labels
    pairs: Amount = 0
    # how often an epoch reads each of the texts that were written for this project
    written: Amount = 0
    # whether texts with one deciding word are learnt from turned round as well
    turned: bool = False
    # share of the training texts whose labels are used, chosen by the text: smaller shares lie within larger ones
    label_share: float = Field(1.0, gt=0.0, le=1.0)
    drop_kg: Share = 0.3
    drop_context: Share = 0.3
    checkpoint_steps: Count = 250
    # how much the texts on cause and effect count, which are read between the others; 0: they are not read
    causes: Rate = 0.0
    # how often an epoch reads each of the texts on what is stated of names, between the others
    stated: Amount = 0
    # parts of the network that are learnt, all where none is named; the others stay as they are, without dropout
    learn: tuple[str, ...] = ()
    # the encoder's lowest layers, and what lies below them, that stay as they are
    frozen_layers: Amount = 0
    tuning: TuningConfig = TuningConfig()
    losses: LossWeights = LossWeights()


class DistilConfig(TrainConfig):
    """Hyperparameters of a student that learns what its teachers say.

    The student has `layers` of the first teacher's, spread over its depth. Texts without labels are chosen by the text.
    """

    layers: int = Field(3, gt=0)
    encoder_rate: Rate = 2e-4
    epochs: Count = 2
    batch_rows: Count = 32
    # by how much scores are divided before they are compared: higher shows more of what the teacher finds less likely
    temperature: float = Field(2.0, gt=0.0)
    # how much the teachers' answers, and the first one's hidden states, count beside the labels
    soft: Rate = 2.0
    hidden: Rate = 10.0
    unlabelled_share: Share = 0.25


def load_config(path: Path | None, pack: Mapping[str, Any] | None = None, **changes: Any) -> TrainConfig:  # noqa: ANN401  (any field of the configuration)
    """Return the defaults, changed by the `pack`, by the file and then by the `changes` that are not None."""
    return read_config(TrainConfig, path, pack, **changes)


def read_config(
    kind: type[_Config],
    path: Path | None,
    pack: Mapping[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401  (the same)
) -> _Config:
    """Return a stage's defaults, changed by the `pack`, by the file and then by the `changes` that are not None."""
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        fields = dict(pack or {}) | (tomllib.loads(path.read_text(encoding="utf-8")) if path else {})
        return kind(**(fields | given))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read as TOML ({error}); mend the file given with --recipe"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        place = "the call" if first["loc"][:1] and first["loc"][0] in given else path or "the pack"
        raise ConfigurationError(f"training setting {field}: {first['msg']}; mend it in {place}") from error
