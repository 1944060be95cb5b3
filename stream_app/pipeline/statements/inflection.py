"""The forms of English verbs, so that tables name each verb once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum


class Form(Enum):
    """Which form of a verb a word is; `cut` and `hit` are either."""

    BARE = "bare"
    FINITE = "finite"  # raises, falls
    PAST = "past"  # raised, fallen: finite past or participle
    ING = "ing"
    EITHER = "either"


_VOWELS = "aeiou"
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_IRREGULAR_PARTS = 3
_SHORT = re.compile(r"(?:qu|[^aeiou])*[aeiou][bdfgklmnprtvz]")  # drop and quit, not show, fix or lead
_STRESSED_AT_THE_END = frozenset(
    """admit annul begin defer equip excel expel incur leapfrog occur outbid permit propel refer sidestep transfer
    underpin""".split()
)
_DOUBLED_IN_BRITAIN = frozenset("barrel cancel dial fuel imperil pummel".split())


def forms(text: str) -> Iterator[tuple[str, Form]]:
    """Yield the forms of a verb such as `rise/rose/risen` or `cut back`, whose first word is inflected.

    `=signed` is that form alone.
    """
    if text.startswith("="):
        yield _given(text[1:])
        return
    head, space, rest = text.partition(" ")
    tail = space + rest
    parts = head.split("/")
    bare = parts[0]
    yield bare + tail, Form.BARE
    yield _third_person(bare) + tail, Form.FINITE
    yield _ing(bare) + tail, Form.ING
    for past in parts[1:] if len(parts) == _IRREGULAR_PARTS else [_past(bare)]:
        yield past + tail, Form.PAST
    if bare in _DOUBLED_IN_BRITAIN:
        yield f"{bare}ling{tail}", Form.ING
        yield f"{bare}led{tail}", Form.PAST


def _given(word: str) -> tuple[str, Form]:
    if word.endswith("ing"):
        return word, Form.ING
    return word, Form.FINITE if word.endswith("s") else Form.PAST


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith((*_SIBILANTS, "go")) else f"{verb}s"


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{_doubled(verb)}ed"


def _ing(verb: str) -> str:
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith("ee"):
        return f"{verb[:-1]}ing"
    return f"{_doubled(verb)}ing"


def _doubled(verb: str) -> str:
    doubles = _SHORT.fullmatch(verb) or verb in _STRESSED_AT_THE_END
    return f"{verb}{verb[-1]}" if doubles else verb
