"""From what was typed to a subscription, or one line that says what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import typer
from pydantic import ValidationError

from stream_app.alerts.faults import in_words
from stream_app.errors import ConfigurationError, DataError
from stream_app.events.subscription import Subscription

Json = dict[str, Any]


def conditions_from(lists: Mapping[str, Sequence[str] | None], single: Mapping[str, Any]) -> Json:
    """Return the conditions that were given."""
    given = {name: values for name, values in lists.items() if values}
    return given | {name: value for name, value in single.items() if value is not None}


def terms_from(throttle: str | None, hysteresis: str | None, digest: int | None) -> Json:
    """Return how alerts are wanted; a wrong form is wrong usage."""
    terms: Json = {}
    if throttle is not None:
        per, seconds = _pair(throttle, "--throttle", "entity:3600")
        terms["throttle"] = {"per": per, "seconds": seconds}
    if hysteresis is not None:
        rearm, quiet = _pair(hysteresis, "--hysteresis", "0.8:86400")
        terms["hysteresis"] = {"rearm": rearm, "quiet": quiet}
    if digest is not None:
        terms["digest"] = digest
    return terms


def subscription_from(name: str | None, match: Json, terms: Json, *, file: Path | None) -> Subscription:
    """Return the subscription; of a file, the options change what they name.

    Raises DataError where a file does not hold one, ConfigurationError where the options alone do not make one.
    """
    if name is None and file is None:
        raise typer.BadParameter("name the subscription, or give a file by --from")
    written = _read(file) if file else {}
    named = {} if name is None else {"name": name}
    fields = written | named | terms | {"match": {**(written.get("match") or {}), **match}}
    try:
        return Subscription.model_validate(fields)
    except ValidationError as error:
        wrong = DataError if file else ConfigurationError
        raise wrong(_complaint(fields, error)) from error


def _read(file: Path) -> Json:
    try:
        fields = orjson.loads(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}): check the name of the file") from error
    except orjson.JSONDecodeError as error:
        raise DataError(f"{file} is not JSON ({error}): write a subscription as `subscribe show` prints it") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("match") or {}, dict):
        raise DataError(f"{file} is no subscription: write one as `subscribe show` prints it")
    return fields


def _complaint(fields: Json, error: ValidationError) -> str:
    return f"“{fields.get('name')}” is no subscription ({in_words(error)}): see `stream-app subscribe add --help`"


def _pair(written: str, option: str, form: str) -> tuple[str, str]:
    left, separator, right = written.partition(":")
    if not (left and separator and right):
        raise typer.BadParameter(f"{option} is written as {form}")
    return left, right
