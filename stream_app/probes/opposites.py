"""The edit that changes a label: the one word that decides is exchanged for its opposite."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stream_app.probes.templates import NEUTRAL, POSITIVE
from stream_app.probes.texts import Change, Text, changed, is_outside

_UP_AND_DOWN = """
advance decline
advances declines
beat miss
beats misses
boosts cuts
climbs slides
climbed slid
gain fall
gains falls
gained lost
grows shrinks
grew shrank
higher lower
improves worsens
increase decrease
increases decreases
increased decreased
jump plunge
jumps plunges
jumped plunged
outperform underperform
rally slump
rallies slumps
rise fall
rises falls
rose fell
raises cuts
soar tumble
soars tumbles
soared tumbled
strong weak
surge slump
surges slumps
surged slumped
up down
upgrade downgrade
upgrades downgrades
upgraded downgraded
wins loses
won lost
"""


def _both_ways() -> Mapping[str, str]:
    pairs = [line.split() for line in _UP_AND_DOWN.split("\n") if line]
    # A word that is the opposite of several gets the first of them.
    down = {worse: better for better, worse in reversed(pairs)}
    return down | dict(pairs)


OPPOSITES = _both_ways()
_WORD = re.compile(rf"(?<![\w$@#'’/.-])(?:{'|'.join(OPPOSITES)})(?![\w'’/-])", re.IGNORECASE)


def opposite(text: Text) -> tuple[Text, int] | None:
    """Return the text with its deciding word turned round, and which way its polarity must go, +1 or -1.

    None where the text has no label or a neutral one, several names, or not exactly one such word outside of its name.
    A rule, no reader: what else the text says may still speak for the old label.
    """
    found = [one for one in _WORD.finditer(text.text) if is_outside(text, one.span())]
    if text.label is None or text.label == NEUTRAL or len(found) != 1 or len(text.names) > 1:
        return None
    word = found[0]
    new = _cased(OPPOSITES[word.group().lower()], word.group())
    return changed(text, [Change(*word.span(), new)]), -1 if text.label == POSITIVE else 1


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[0].isupper() else word
