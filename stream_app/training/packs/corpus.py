"""All that a run of a pack trains on and is judged by: its files, split by the hash of the text, and its graph."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from stream_app.errors import DataError
from stream_app.training.packs.labelled import Labelled, read_source
from stream_app.training.packs.pack import Pack
from stream_app.training.packs.term_graph import TermGraph, read_graph
from stream_app.training.source_file import SourceFile
from stream_app.training.split import is_dev, text_key

_RULES = frozenset({"unescape"})
DEV = "dev"


@dataclass(frozen=True, slots=True)
class PackCorpus:
    """Texts to train on, and texts to be judged by under the name of their set: `dev`, and each held-out file."""

    train: tuple[Labelled, ...]
    judged: dict[str, tuple[Labelled, ...]]
    classes: dict[str, tuple[str, ...]]
    graph: TermGraph
    tokenizer: Tokenizer
    files: tuple[SourceFile, ...]


def load_corpus(pack: Pack, data: Path | None, tokenizer: Tokenizer) -> PackCorpus:
    """Return the corpus of the pack's files below `data`, or below its own folder; DataError where they do not do."""
    folder = data or pack.folder
    if rules := {rule for source in pack.data for rule in source.rules} - _RULES:
        raise DataError(f"pack {pack.name} wants rule {min(rules)}, which only the finance pack's own training knows")
    rows = {source.name: tuple(read_source(folder, source, pack)) for source in pack.data}
    learnt = [row for source in pack.data if not source.held_out for row in rows[source.name]]
    held = {source.name: rows[source.name] for source in pack.data if source.held_out}
    outside = {text_key(row.text) for texts in held.values() for row in texts}
    train = tuple(row for row in learnt if not is_dev(row.text) and text_key(row.text) not in outside)
    if not train:
        raise DataError(f"the files of pack {pack.name} below {folder} have no text to train on")
    return PackCorpus(
        train=train,
        judged={DEV: tuple(row for row in learnt if is_dev(row.text)), **held},
        classes={head.name: head.classes or _found(head.name, learnt) for head in pack.heads},
        graph=read_graph(pack.folder / pack.graph) if pack.graph else TermGraph({}),
        tokenizer=tokenizer,
        files=tuple(_file(folder, source.file, len(rows[source.name])) for source in pack.data),
    )


def _found(head: str, rows: list[Labelled]) -> tuple[str, ...]:
    labels = {row.classes[head] for row in rows if head in row.classes}
    return tuple(sorted(labels | {one.label for row in rows for one in row.spans.get(head, ())}))


def _file(folder: Path, path: Path, rows: int) -> SourceFile:
    return SourceFile(path.as_posix(), hashlib.sha256((folder / path).read_bytes()).hexdigest(), rows)
