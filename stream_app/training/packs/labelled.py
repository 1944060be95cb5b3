"""Rows of a pack's data files as labelled texts: the one reader, whatever the domain."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from stream_app.errors import DataError
from stream_app.training.packs.pack import Pack, Source


@dataclass(frozen=True, slots=True)
class Marked:
    """Characters [start, end) of a text and what they are labelled as."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text of one source: a label for document heads, marked spans for mention and token heads, by the head."""

    source: str
    text: str
    classes: Mapping[str, str]
    spans: Mapping[str, tuple[Marked, ...]]


def read_source(folder: Path, source: Source, pack: Pack) -> Iterator[Labelled]:
    """Yield the texts of one of the pack's files below `folder`; DataError where it is missing or damaged."""
    for row in read_rows(folder / source.file):
        try:
            labelled = _labelled(row.fields, source, pack)
        except (KeyError, ValueError, TypeError) as error:
            raise row.damaged(error) from error
        yield labelled


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a JSONL file."""

    path: Path
    number: int
    fields: dict[str, Any]

    def damaged(self, error: Exception) -> DataError:
        """Return the error that names the line."""
        return DataError(f"{self.path} line {self.number} is not an example ({error!r}); mend or remove the line")


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the lines of a JSONL file; DataError where it is missing or a line is no object."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(
            f"training set {path} cannot be read ({error.strerror}); give its folder with --data"
        ) from error
    for number, line in enumerate(lines, start=1):
        row = Row(path, number, {})
        try:
            row.fields.update(orjson.loads(line))
        except (ValueError, TypeError) as error:
            raise row.damaged(error) from error
        yield row


def _labelled(fields: dict[str, Any], source: Source, pack: Pack) -> Labelled:
    text = str(fields[source.text])
    text = html.unescape(text) if "unescape" in source.rules else text
    classes: dict[str, str] = {}
    spans: dict[str, tuple[Marked, ...]] = {}
    for name, field in source.labels.items():
        head = pack.head(name)
        if head.kind == "document":
            classes[name] = _known(str(fields[field]), head.labels)
        else:
            spans[name] = tuple(
                Marked(one["start"], one["end"], _known(one["label"], head.labels)) for one in fields[field]
            )
    return Labelled(source.name, text, classes, spans)


def _known(label: str, labels: tuple[str, ...]) -> str:
    if labels and label not in labels:
        raise ValueError(f"label {label} is none of {', '.join(labels)}")
    return label
