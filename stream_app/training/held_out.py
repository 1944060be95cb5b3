"""Held-out texts as the probes take them: labelled headlines and posts that nothing was trained on."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from stream_app.probes.texts import Text
from stream_app.training.examples import HEADLINES, Example, load_examples
from stream_app.training.split import is_dev


def held_out_texts(data: Path) -> list[Text]:
    """Return the dev texts of the sets with sentiment under `data`; `DataError` where one is missing or damaged.

    A headline's names are those that its annotators marked, and the first is judged; a post is judged as a whole.
    """
    return [_text(one) for one in load_examples(data) if one.topic is None and is_dev(one.text)]


def _text(example: Example) -> Text:
    if example.set_name != HEADLINES:
        return Text(example.text, kind="social", source="posts", label=example.document)
    marked = sorted((one for one in example.mentions if one.label is not None), key=lambda one: one.start)
    apart = [marked[0], *(one for before, one in pairwise(marked) if before.end < one.start)]
    return Text(example.text, tuple((one.start, one.end) for one in apart), source="headlines", label=marked[0].label)
