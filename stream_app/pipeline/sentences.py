"""Where sentences begin: for the numbers of first mentions, and for windows that end with one."""

from __future__ import annotations

import re
from functools import lru_cache

# Each alternative begins where a run of its signs begins, and gives nothing back: linear time on any text.
_BREAK = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’)\]»]*+\s++(?=\S)"
    r"|(?<![。！？])[。！？]++[”’」』）]*+\s*+(?=\S)"
    r"|(?<!\s)[^\S\n]*+\n\s*+(?=\S)"
)
_LAST_WORD = re.compile(r"[\w.&]+$")
_NEXT_WORD = re.compile(r"[\"'“‘(\[«]*([^\W_]+)")
_INITIALS = re.compile(r"(?:[A-Z]\.)*[A-Z]")
_LONGEST_WORD = 20

_NEVER_LAST = frozenset("mr mrs ms dr prof vs no st gen gov sen rep e.g i.e fig approx jr sr".split())
_SELDOM_LAST = frozenset("inc corp co cos ltd plc bros jan feb aug sept oct nov dec a.m p.m".split())
_OPENERS = frozenset(
    """a after an and as at but for he her his however if in it its meanwhile on one our she since so that the these
    they this those we when while you""".split()
)


@lru_cache(maxsize=8)  # every entity of a document asks about the same texts
def sentence_starts(text: str) -> tuple[int, ...]:
    """Return the offsets at which the sentences of `text` begin, in order; the first is 0."""
    return (0, *(found.end() for found in _BREAK.finditer(text) if _ends_sentence(text, found)))


def _ends_sentence(text: str, found: re.Match[str]) -> bool:
    """Whether a full stop is more than an abbreviation's; all other breaks are what they seem."""
    if not found.group().startswith(".") or "\n" in found.group():
        return True
    following = _NEXT_WORD.match(text, found.end())
    if following is None:
        return True
    if following[1][0].islower():
        return False
    preceding = _LAST_WORD.search(text, max(0, found.start() - _LONGEST_WORD), found.start())
    word = preceding.group() if preceding else ""
    if word.lower() in _NEVER_LAST:
        return False
    abbreviated = word.lower() in _SELDOM_LAST or _INITIALS.fullmatch(word)
    return not abbreviated or following[1].lower() in _OPENERS
