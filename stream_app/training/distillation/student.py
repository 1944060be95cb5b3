"""A student: its teacher's heads on an encoder of fewer layers, which are the teacher's own, one out of so many."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers import AutoConfig, AutoModel

from stream_app.errors import ConfigurationError
from stream_app.training.encoder import depth_of
from stream_app.training.network import FusionNetwork, add_heads_of
from stream_app.training.run import load_record
from stream_app.training.weights import read_weights

_LAYER = re.compile(r"(?<=\blayer\.)\d+(?=\.)")


def taken_layers(layers: int, depth: int) -> tuple[int, ...]:
    """Return which of the teacher's `depth` layers the student begins with, the first one among them.

    ConfigurationError where it has not as many.
    """
    if layers > depth:
        raise ConfigurationError(f"the teacher has {depth} layers: give --layers of at most {depth}")
    return tuple(place * depth // layers for place in range(layers))


def states_to_learn(layers: int, depth: int) -> tuple[int, ...]:
    """Return which of the teacher's hidden states (0 is what comes in) each of the student's is held to."""
    return (*taken_layers(layers, depth), depth)


def make_student(teacher: Path, layers: int) -> FusionNetwork:
    """Return the student of a finished run, before it has learnt anything; attention has no dropout, see `encoder`."""
    taken = taken_layers(layers, depth_of(teacher))
    changes: dict[str, Any] = {"num_hidden_layers": layers, "attention_probs_dropout_prob": 0.0}
    config = AutoConfig.from_pretrained(teacher, **changes)
    encoder = AutoModel.from_config(config, add_pooling_layer=False)
    student = FusionNetwork(encoder, hidden=config.hidden_size, topics=len(load_record(teacher).topics))
    weights = _renumbered(read_weights(teacher), taken)
    add_heads_of(student, weights)
    student.load_state_dict(weights)
    return student


def _renumbered(weights: dict[str, Tensor], taken: tuple[int, ...]) -> dict[str, Tensor]:
    """Return the weights of the taken layers under their new numbers, and all that belongs to no layer."""
    places = {str(old): str(new) for new, old in enumerate(taken)}
    kept = {}
    for name, tensor in weights.items():
        layer = _LAYER.search(name)
        if layer is None:
            kept[name] = tensor
        elif layer[0] in places:
            kept[_LAYER.sub(places[layer[0]], name, count=1)] = tensor
    return kept
