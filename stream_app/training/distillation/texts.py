"""What a student reads beside the labelled texts: texts of the same kind without labels, which its teachers answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking.linker import Linker
from stream_app.pipeline.tensors import MENTION_SLOTS
from stream_app.training.corpus import Corpus
from stream_app.training.examples import Example, Mention
from stream_app.training.source_file import SourceFile
from stream_app.training.split import text_key
from stream_app.training.unlabelled import load_unlabelled, mentions

SET_NAME = "unlabelled"


@dataclass(frozen=True, slots=True)
class MoreTexts:
    """Examples without labels, their names found as serving finds them, and the files that they are from."""

    examples: tuple[Example, ...]
    files: tuple[SourceFile, ...]


def more_texts(data: Path, corpus: Corpus, graph: KnowledgeGraph | None, *, share: float) -> MoreTexts:
    """Return this share of the texts that are in no labelled set; none of them is held out."""
    if not share:
        return MoreTexts((), ())
    found = load_unlabelled(data, share)
    known = {text_key(example.text) for example in corpus.train}
    linker = Linker(graph) if graph else None
    texts = [text for text in found.texts if text_key(text) not in known]
    return MoreTexts(tuple(_example(text, linker) for text in texts), found.files)


def _example(text: str, linker: Linker | None) -> Example:
    spans = sorted(set(mentions(text, linker)))[:MENTION_SLOTS]
    named = tuple(Mention(start, end, None, salient=True, weak=True) for start, end in spans)
    return Example(SET_NAME, text, "social", mentions=named)
