"""Single scores to be explained: a document's, or a mention's, each with the tokens that may be named for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stream_app.training.batches import Collator
from stream_app.training.corpus import Corpus
from stream_app.training.examples import Example

Head = Literal["document", "mention"]
HEADS: tuple[Head, ...] = ("document", "mention")
LEAST_TOKENS = 5
"""Over fewer a rank correlation says nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """One row of inputs, the head, and `free` `[tokens]`: neither special tokens nor those of the mention itself.

    Of a row with several mentions the first is judged.
    """

    head: Head
    inputs: tuple[Tensor, ...]
    free: NDArray[np.bool_]


def targets(corpus: Corpus, head: Head, *, most: int, seed: int) -> Iterator[Target]:
    """Yield up to `most` targets of held-out texts with a label for the head, drawn with the seed."""
    collator = Collator(corpus.tokenizer, corpus.gazetteer, topics=corpus.topics)
    labelled = [example for example in corpus.dev if _has_label(example, head)]
    found = 0
    for row in np.random.default_rng(seed).permutation(len(labelled)).tolist():
        if found == most:
            return
        target = _target(collator, labelled[row], head)
        if target.free.sum() >= LEAST_TOKENS:
            found += 1
            yield target


def _has_label(example: Example, head: Head) -> bool:
    if head == "document":
        return example.document is not None and not example.weak
    return bool(example.mentions) and example.mentions[0].label is not None and not example.mentions[0].weak


def _target(collator: Collator, example: Example, head: Head) -> Target:
    inputs = collator.batch([example], [0]).inputs
    tokens = inputs[0].shape[1]
    free = np.ones(tokens, dtype=bool)
    free[[0, -1]] = False
    if head == "mention":
        begin, end = inputs[2][0, 0].tolist()
        free[begin:end] = False
    return Target(head, inputs, free)


def scores_of(network: torch.nn.Module, target: Target, inputs: tuple[Tensor, ...]) -> Tensor:
    """Return the uncalibrated scores `[rows, labels]` of the target's head for rows of inputs."""
    read = network(*inputs)
    return read.document if target.head == "document" else read.mention[:, 0]  # type: ignore[no-any-return]
