"""What is wrong with a subscription that somebody wrote, in one line: the first fault, with its field."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from stream_app.events.subscription import Hysteresis, Match, Subscription, Throttle

_PARTS: Mapping[tuple[int | str, ...], type[BaseModel]] = {
    (): Subscription,
    ("match",): Match,
    ("throttle",): Throttle,
    ("hysteresis",): Hysteresis,
}


def fault_of(error: ValidationError) -> tuple[str | None, str]:
    """Return the field of the first fault, None where it is the whole, and what is wrong with it."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = first["loc"]
    if first["type"] == "extra_forbidden":
        said = _unknown(where[:-1], str(where[-1]))
    else:
        said = first["msg"].removeprefix("Value error, ")
    return ".".join(map(str, where)) or None, said


def in_words(error: ValidationError) -> str:
    """Return the fault as one line."""
    field, said = fault_of(error)
    return f"{field}: {said}" if field else said


def _unknown(inside: tuple[int | str, ...], name: str) -> str:
    there_is_none = "there is no such field"
    if not inside and name in Match.model_fields:
        return f"{there_is_none} here: conditions stand in match"
    known = list(_PARTS[inside].model_fields) if inside in _PARTS else []
    near = get_close_matches(name, known, n=1)
    return f"{there_is_none}: did you mean {near[0]}?" if near else f"{there_is_none}, only {', '.join(known)}"
