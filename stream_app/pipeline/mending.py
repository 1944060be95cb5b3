"""Dead letters, told apart by the place of their record, and mended so that they can be sent again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from stream_app.errors import ConfigurationError, DataError
from stream_app.events.dead_letter import DeadLetter
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import MAX_CARRIED_BYTES, MAX_CARRIED_KEY_BYTES

_UNREADABLE = (ValueError, RecursionError)
"""What reading JSON raises; the latter where it is nested too deeply."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where the rejected record stands; written `topic/partition/offset`."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def of(cls, letter: DeadLetter) -> Self:
        """Return the place that identifies the letter."""
        return cls(letter.source_topic, letter.partition, letter.offset)

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `topic/partition/offset`; ConfigurationError where it is not one."""
        topic, _, numbers = written.partition("/")
        partition, _, offset = numbers.partition("/")
        if not (topic and partition.isdecimal() and offset.isdecimal()):
            raise ConfigurationError(
                f"“{written}” is no dead letter's id: ids are topic/partition/offset, as `dlq list` shows"
            )
        return cls(topic, int(partition), int(offset))

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


def distinct(letters: Iterable[DeadLetter]) -> dict[Place, DeadLetter]:
    """Return the letters by their places, in order; a record that was delivered twice gave the same letter twice."""
    return {Place.of(letter): letter for letter in letters}


@dataclass(frozen=True, slots=True)
class Change:
    """One member of a document that is to have another value; `path` leads to it from the outside in."""

    path: tuple[str, ...]
    value: Any

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `field=text` or `field:=JSON`; a dot leads into an object. ConfigurationError for anything else."""
        field, separator, text = written.partition("=")
        is_json = field.endswith(":")
        path = tuple(field.removesuffix(":").split("."))
        if not separator or not all(path):
            raise ConfigurationError(f"“{written}” changes nothing: write field=text or field:=JSON")
        if not is_json:
            return cls(path, text)
        try:
            return cls(path, _read(text))
        except _UNREADABLE as error:
            raise ConfigurationError(f"“{text:.100}” is not JSON ({error}): write field=text for a text") from error


def message_again(letter: DeadLetter, changes: Sequence[Change] = ()) -> Message:
    """Return the record to send to its topic again, with its key; DataError where it cannot be mended so."""
    if len(letter.value or b"") >= MAX_CARRIED_BYTES or len(letter.key or b"") >= MAX_CARRIED_KEY_BYTES:
        raise DataError(f"{Place.of(letter)} was cut because it was too large: send the document anew")
    value = _changed(letter, changes) if changes else letter.value
    return Message(topic=letter.source_topic, key=letter.key, value=value)


def _changed(letter: DeadLetter, changes: Sequence[Change]) -> bytes:
    try:
        document = _read(letter.value or b"")
    except _UNREADABLE as error:
        raise DataError(f"{Place.of(letter)} is not JSON ({error}): mend it by --edit") from error
    for change in changes:
        _put(document, change, place=Place.of(letter))
    return _written(document)


def _read(text: str | bytes) -> Any:  # noqa: ANN401  (any JSON)
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _written(document: Any) -> bytes:  # noqa: ANN401  (any JSON)
    try:
        return json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, of a text that was cut through an emoji: it has no UTF-8, but JSON can name it.
        return json.dumps(document).encode()


def _put(document: Any, change: Change, *, place: Place) -> None:  # noqa: ANN401  (any JSON)
    target = document
    for name in change.path[:-1]:
        target = target.setdefault(name, {}) if isinstance(target, dict) else None
    if not isinstance(target, dict):
        raise DataError(f"{place} has no object for {'.'.join(change.path)}: mend it by --edit")
    target[change.path[-1]] = change.value
