"""The value of a record as a JSON object: the first step of decoding, safe for any bytes."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class NotAnObject(ValueError):  # noqa: N818  (an answer about a value)
    """The bytes are no JSON object; the message says why."""


def json_object(value: bytes) -> dict[str, Any]:
    """Return the JSON object that `value` holds; half of a surrogate pair becomes U+FFFD.

    Raises NotAnObject, also for NaN and Infinity, for invalid UTF-8 and for nesting that is too deep.
    """
    try:
        parsed = orjson.loads(value.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        parsed = _with_halves_replaced(value, error)
    if not isinstance(parsed, dict):
        raise NotAnObject(f"JSON, but no object: {_KINDS.get(type(parsed), 'a text')}")
    return parsed


_KINDS = {list: "an array", int: "a number", float: "a number", bool: "a truth value", type(None): "null"}


def _with_halves_replaced(value: bytes, error: orjson.JSONDecodeError) -> Any:  # noqa: ANN401  (any JSON)
    """Read what orjson refuses because a text was cut through an emoji, as `json.dumps` writes it."""
    if not _SURROGATE_ESCAPE.search(value):
        raise NotAnObject(f"not JSON: {error}") from error
    try:
        return _replaced(json.loads(value.removeprefix(_BYTE_ORDER_MARK).decode(), parse_constant=_refuse))
    except RecursionError:
        raise NotAnObject("not JSON that can be read: nested too deeply") from None
    except ValueError as second:
        raise NotAnObject(f"not JSON: {second}") from second


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _replaced(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    match value:
        case str():
            return _SURROGATE.sub(_REPLACEMENT, value)
        case list():
            return [_replaced(one) for one in value]
        case dict():
            return {_replaced(name): _replaced(one) for name, one in value.items()}
        case _:
            return value
