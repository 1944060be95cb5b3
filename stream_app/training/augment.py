"""Changes to an example that its labels survive, so that a name's own context decides: other names, two in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from stream_app.pipeline.tensors import MENTION_SLOTS
from stream_app.training.examples import Example, Mention, moved

_ANONYMOUS = ("The company", "The firm", "Company A", "The group")
_ANONYMOUS_SHARE = 0.1
_JOINTS = (" while ", "; ", ", ", " as ", " but ", ". ", ", and ", " even as ")


def rename(
    example: Example,
    names: tuple[str, ...],
    *,
    chance: float,
    rng: np.random.Generator,
    stays: Callable[[str], bool] = lambda _: False,
) -> Example:
    """Return the example with some of its capitalised names, each with `chance`, replaced by one of `names`.

    A name that stands in the text several times gets the same new name each time; cashtags, and what `stays`, do not.
    Mentions keep their order, by which others know which is which.
    """
    chosen: dict[str, str] = {}
    text, shift = example.text, 0
    found: dict[int, Mention] = {}
    for place, mention in sorted(enumerate(example.mentions), key=lambda one: one[1].start):
        surface = example.text[mention.start : mention.end]
        if surface not in chosen:
            chosen[surface] = surface if stays(surface) else _other(surface, names, chance=chance, rng=rng)
        start, end = mention.start + shift, mention.end + shift
        text = text[:start] + chosen[surface] + text[end:]
        shift += len(chosen[surface]) - len(surface)
        found[place] = replace(mention, start=start, end=start + len(chosen[surface]))
    return replace(example, text=text, mentions=tuple(found[place] for place in range(len(found))))


def join(first: Example, second: Example, rng: np.random.Generator) -> Example:
    """Return two headlines as one, whose names keep their labels; the whole has one only where both agree."""
    text = first.text.rstrip(" .") + _JOINTS[int(rng.integers(len(_JOINTS)))]
    return replace(
        first,
        text=text + second.text,
        document=first.document if first.document == second.document else None,
        mentions=(first.mentions + moved(second.mentions, len(text)))[:MENTION_SLOTS],
    )


def _other(surface: str, names: tuple[str, ...], *, chance: float, rng: np.random.Generator) -> str:
    if not surface[:1].isupper() or not names or rng.random() >= chance:
        return surface
    pool = _ANONYMOUS if rng.random() < _ANONYMOUS_SHARE else names
    return pool[int(rng.integers(len(pool)))]
