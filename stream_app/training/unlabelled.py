"""Texts without their labels, for the encoder to learn finance's language from; no held-out text is among them."""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from stream_app.errors import DataError
from stream_app.knowledge.linking.linker import Linker
from stream_app.pipeline.text import normalise_for_model
from stream_app.training.causal_examples import CAUSAL_FILES
from stream_app.training.examples import SENTFIN, TFNS, TOPIC
from stream_app.training.source_file import SourceFile, source_file
from stream_app.training.split import in_share, is_dev, text_key

TWEETS = Path("stocknet/tweets.train.jsonl.gz")
_CASHTAG = re.compile(r"\$[A-Za-z]{1,5}\b")
_RETWEET = re.compile(r"^RT @\w+:\s*")
_LEAST_LETTERS = 20


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """Distinct texts in the order of their files, as the model reads them, and the files that they are from."""

    texts: tuple[str, ...]
    files: tuple[SourceFile, ...]


def load_unlabelled(data: Path, share: float = 1.0) -> Unlabelled:
    """Return this share of the texts under `data` that may be trained on; `DataError` where there are none.

    A file that is not there is left out.
    """
    paths = [path for path in (SENTFIN, TFNS, TOPIC, *CAUSAL_FILES, TWEETS) if (data / path).exists()]
    found: dict[str, str] = {}
    for path in paths:
        for text in dict.fromkeys(_texts(data / path)):
            if not is_dev(text) and in_share(text, share) and len(text) >= _LEAST_LETTERS:
                found.setdefault(text_key(text), normalise_for_model(text))
    if not found:
        raise DataError(f"{data} holds no text to learn from; give the folder of the public sets with --data")
    return Unlabelled(tuple(found.values()), tuple(source_file(data, path) for path in paths))


def mentions(text: str, linker: Linker | None) -> list[tuple[int, int]]:
    """Return the spans of the cashtags, and of what the graph's names link to, in a text."""
    spans = [found.span() for found in _CASHTAG.finditer(text)]
    if linker is not None:
        spans += [(one.start, one.end) for entity in linker.link([("text", text)]) for one in entity.mentions]
    return spans


def _texts(path: Path) -> Iterator[str]:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for line in content.splitlines():
            yield _RETWEET.sub("", html.unescape(str(orjson.loads(line)["text"])))
    except (OSError, EOFError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"{path} cannot be read as lines of texts ({error!r}); mend or remove it") from error
