"""Training texts turned round: the one word that decides is exchanged for its opposite, and so is the label.

A rule, no reader: what else the text says may still speak for the old label, so the new one counts as a derived one.
The words are others than those by which `stream_app/probes` turns texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from stream_app.pipeline.tensors import LABELS
from stream_app.training.examples import Example, moved

SET_NAME = "turned"
_GOOD_AND_BAD = """
above:below
bullish:bearish
buy:sell
buying:selling
buys:sells
lifts:trims
picks up:drops
positive:negative
raised:lowered
robust:sluggish
upside:downside
"""
_WORSE = dict(line.split(":") for line in _GOOD_AND_BAD.split("\n") if line)
_OPPOSITE = _WORSE | {bad: good for good, bad in _WORSE.items()}
_WORD = re.compile(rf"(?<![\w$@#'’/.-])(?:{'|'.join(sorted(_OPPOSITE, reverse=True))})(?![\w'’/-])", re.IGNORECASE)
# What else says which way it goes; a text with one of these is left alone.
_SPEAKS_TOO = re.compile(
    r"\b(?:up|down|off|after|amid|despite|but|not|no|gain|rise|rising|rose|fall|fell|jump|climb|tumbl|plung|surg|soar|slump"
    r"|declin|advanc|loss|lower|higher|hike|weak|strong|cut|miss|beat)",
    re.IGNORECASE,
)
_NEGATIVE, _POSITIVE = LABELS.index("negative"), LABELS.index("positive")


def turned(examples: Iterable[Example]) -> Iterator[Example]:
    """Yield the opposite of each text that has one such word, on the side of its label, and one name at most."""
    for example in examples:
        words = list(_WORD.finditer(example.text))
        labelled = [one for one in example.mentions if one.label is not None]
        rest = _WORD.sub("", example.text)
        if (
            len(words) != 1
            or _SPEAKS_TOO.search(rest)
            or len(labelled) > 1
            or example.document not in {_NEGATIVE, _POSITIVE}
        ):
            continue
        word = words[0]
        outside = all(one.end <= word.start() or word.end() <= one.start for one in example.mentions)
        if outside and (word.group().lower() in _WORSE) == (example.document == _POSITIVE):
            yield _opposite(example, word)


def _opposite(example: Example, word: re.Match[str]) -> Example:
    new = _cased(_OPPOSITE[word.group().lower()], word.group())
    growth, label = len(new) - len(word.group()), _NEGATIVE if example.document == _POSITIVE else _POSITIVE
    mentions = tuple(
        replace(one, label=label if one.label is not None else None, weak=True)
        for one in moved(example.mentions, growth, after=word.end())
    )
    text = example.text[: word.start()] + new + example.text[word.end() :]
    return replace(example, set_name=SET_NAME, text=text, document=label, weak=True, mentions=mentions)


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[0].isupper() else word
