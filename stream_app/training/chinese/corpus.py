"""All that a run of the Chinese network trains on and is judged by, split by the hash of the whole text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stream_app.training.chinese.texts import FILES, ChineseText, load_texts
from stream_app.training.source_file import SourceFile, source_file
from stream_app.training.split import is_dev, text_key


@dataclass(frozen=True, slots=True)
class ChineseCorpus:
    """Training and dev texts, which share no text."""

    train: tuple[ChineseText, ...]
    dev: tuple[ChineseText, ...]
    files: tuple[SourceFile, ...]


def load_corpus(data: Path) -> ChineseCorpus:
    """Return the corpus of the Chinese sets under `data`; DataError where one is missing or damaged.

    Repeats of a text within a set are left out, in training and in judging alike.
    """
    texts = list({(one.set_name, text_key(one.whole)): one for one in reversed(load_texts(data))}.values())[::-1]
    return ChineseCorpus(
        train=tuple(one for one in texts if not is_dev(one.whole)),
        dev=tuple(one for one in texts if is_dev(one.whole)),
        files=tuple(source_file(data, path) for path in FILES.values()),
    )
