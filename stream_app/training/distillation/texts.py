"""What a student reads beside the labelled texts: texts of the same kind without labels, which its teachers answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking.linker import Linker
from stream_app.pipeline.tensors import MENTION_SLOTS
from stream_app.training.augment import join
from stream_app.training.batches import Batch
from stream_app.training.corpus import Corpus
from stream_app.training.examples import HEADLINES, Example, Mention
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


def joined_headlines(corpus: Corpus, share: float, seed: int) -> Corpus:
    """Return the corpus with this share of its headlines a second time, each joined with another one."""
    headlines = [example for example in corpus.train if example.set_name == HEADLINES]
    rng = np.random.default_rng([seed, len(headlines)])
    chosen = np.flatnonzero(rng.random(len(headlines)) < share)
    others = rng.integers(len(headlines), size=len(chosen))
    made = tuple(join(headlines[one], headlines[two], rng) for one, two in zip(chosen, others, strict=True))
    return replace(corpus, train=corpus.train + made)


def without_relevance(batch: Batch, examples: Sequence[Example]) -> Batch:
    """Return the batch in which texts without labels have none of relevance either."""
    unlabelled = torch.tensor([one.set_name == SET_NAME for one in examples])
    return replace(batch, relevance=batch.relevance.masked_fill(unlabelled[:, None], float("nan")))


def _example(text: str, linker: Linker | None) -> Example:
    spans = sorted(set(mentions(text, linker)))[:MENTION_SLOTS]
    named = tuple(Mention(start, end, None, salient=True, weak=True) for start, end in spans)
    return Example(SET_NAME, text, "social", mentions=named)
