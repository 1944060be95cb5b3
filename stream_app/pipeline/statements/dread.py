"""Whether more of an indicator is bad news, by its name: of power rationing there is more, of power supply less."""

from __future__ import annotations

import re
from functools import cache

from stream_app.pipeline.statements.lexicon import natures, table
from stream_app.pipeline.statements.pieces import pieces_of

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MOST_WORDS = 3


@cache
def is_dreaded(name: str) -> bool:
    """Tell whether the name of an indicator has a word for what is dreaded, such as a tax, and none of relief."""
    words = [one.lower() for one in _WORD.findall(name)]
    parts = {" ".join(words[at : at + size]) for size in range(1, _MOST_WORDS + 1) for at in range(len(words))}
    told = [_told()[part] for part in parts if part in _told()]
    if told:
        return all(told)
    nouns = (piece.word.noun for piece in pieces_of(name, (), start=0, end=len(name)))
    return any(noun in natures() and natures()[noun].misfortune for noun in nouns)


@cache
def _told() -> dict[str, bool]:
    return {word: row["dreaded"] == "1" for row in table("dreaded") for word in row["words"].split("|")}
