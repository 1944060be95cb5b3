"""What holds a student to its teachers: their answers at a temperature, and hidden states.

L = T² Σ_h w_h CE(softmax(t_h / T), softmax(s_h / T)) over the heads h, means over texts, mentions or tokens (Hinton
et al. 2015; the factor keeps the gradients' size).

Hidden states: the mean square of h^s_i - h^t_m(i) over tokens, layers
and places, the vectors that come in included (Sanh et al. 2019 start from the teacher's own layers and hold the last
state; Jiao et al. 2020 hold each layer's).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from stream_app.training.config import DistilConfig
from stream_app.training.distillation.answers import answers_loss, answers_of, chances, classes
from stream_app.training.network import Scores

_CAUSAL = 0.5
"""How much each of the two heads on cause and effect counts: labels have no say in them here."""


def mean_scores(said: Sequence[Scores]) -> Scores:
    """Return the mean of what several teachers say; the embedding is the first one's."""
    means = Scores(*(torch.stack(each).mean(0) for each in zip(*said, strict=True)))
    return means._replace(embedding=said[0].embedding)


def soft_loss(
    student: Scores, teacher: Scores, inputs: tuple[Tensor, ...], *, config: DistilConfig
) -> dict[str, Tensor]:
    """Return each head's part; `inputs` tell which mentions and tokens are there."""
    tokens, slots = inputs[1].bool(), inputs[2][..., 1] > inputs[2][..., 0]
    heat = config.temperature
    more = {
        "causal": chances(student.causal, teacher.causal, heat),
        "tags": classes(student.tags[tokens], teacher.tags[tokens], heat),
    }
    parts = answers_loss(answers_of(student), answers_of(teacher), slots, config=config)
    return parts | {name: _CAUSAL * heat**2 * part for name, part in more.items()}


def hidden_loss(student: Sequence[Tensor], teacher: Sequence[Tensor], mask: Tensor) -> Tensor:
    """Return the mean square between hidden states `[batch, T, hidden]` over the tokens of `mask` `[batch, T]`."""
    there = mask.bool()
    pairs = zip(student, teacher, strict=True)
    return torch.stack([functional.mse_loss(one[there].float(), other[there].float()) for one, other in pairs]).mean()
