"""All that a run trains on and is judged by, made of the data folder, the graph and the encoder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from stream_app.errors import DataError
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.training.causal_examples import CAUSAL_FILES, CausalExample, load_causal
from stream_app.training.config import TrainConfig
from stream_app.training.examples import SENTFIN, SETS, TFNS, TOPIC, Example, load_examples
from stream_app.training.gazetteer import Gazetteer, make_gazetteer
from stream_app.training.pairs import pairs
from stream_app.training.reports import reports
from stream_app.training.source_file import SourceFile, source_file
from stream_app.training.split import in_share, is_dev, text_key
from stream_app.training.turned import turned
from stream_app.training.written import written

LARGE_SET = "tfn_topic"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Training and dev examples, which share no text, and what turns them into rows; `topics` are in label order."""

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    topics: tuple[str, ...]
    gazetteer: Gazetteer
    tokenizer: Tokenizer
    files: tuple[SourceFile, ...]
    causal_train: tuple[CausalExample, ...] = ()
    causal_dev: tuple[CausalExample, ...] = ()


def load_corpus(data: Path, tokenizer: Tokenizer, graph: KnowledgeGraph | None) -> Corpus:
    """Return the corpus of the English sets under `data`; `DataError` where one is missing or damaged.

    A folder without the sets on cause and effect gives a corpus without them.
    """
    examples = load_examples(data)
    _check(examples, data)
    causal = load_causal(data) if (data / CAUSAL_FILES[0]).exists() else []
    train = tuple(_distinct([example for example in examples if not is_dev(example.text)]))
    return Corpus(
        train=train,
        dev=tuple(example for example in examples if is_dev(example.text)),
        topics=tuple(sorted({example.topic for example in examples if example.topic})),
        gazetteer=make_gazetteer(graph, train),
        tokenizer=tokenizer,
        files=tuple(source_file(data, path) for path in (SENTFIN, TFNS, TOPIC, *(CAUSAL_FILES if causal else ()))),
        causal_train=tuple(example for example in causal if not example.is_dev),
        causal_dev=tuple(example for example in causal if example.is_dev),
    )


def as_told(corpus: Corpus, topics: tuple[str, ...]) -> Corpus:
    """Return the corpus for a model that tells these topics, in its order; texts of others are not asked for theirs."""
    dev = (one if one.topic in topics else replace(one, topic=None) for one in corpus.dev)
    return replace(corpus, topics=topics, dev=tuple(dev))


def with_made(corpus: Corpus, config: TrainConfig) -> Corpus:
    """Return the corpus with what is made by rule, and what was written for it, among what is trained on."""
    names, made = corpus.gazetteer.names, list(turned(corpus.train)) if config.turned else []
    if names:
        made += [*reports(names, config.reports, config.seed), *pairs(names, config.pairs, config.seed)]
    made += written() * config.written if config.written else ()
    return replace(corpus, train=corpus.train + tuple(made))


def with_share(corpus: Corpus, share: float) -> Corpus:
    """Return the corpus with this share of its training texts, chosen by the text alone.

    A smaller share is part of a larger one; dev texts, topics and names stay as they are. DataError where none is left.
    """
    train = tuple(example for example in corpus.train if in_share(example.text, share))
    if not train:
        raise DataError(
            f"a label_share of {share:g} leaves none of {len(corpus.train)} texts to train on: give a larger"
        )
    return replace(corpus, train=train)


def _check(examples: Sequence[Example], data: Path) -> None:
    """Raise DataError where a set has nothing to train on, or nothing to be judged by, before hours are spent on it."""
    for file, name in zip((SENTFIN, TFNS, TOPIC), SETS, strict=True):
        held_out = [is_dev(example.text) for example in examples if example.set_name == name]
        if all(held_out) or not any(held_out):
            raise DataError(
                f"{data / file} has {len(held_out)} texts, of which {sum(held_out)} are held out by their hash: "
                "it takes some of both, which some hundred texts have"
            )


def _distinct(examples: list[Example]) -> list[Example]:
    """Leave out repeats of a text within its set, as the same tweet with another link."""
    first = {(example.set_name, text_key(example.text)): example for example in reversed(examples)}
    kept = Counter(map(id, first.values()))
    return [example for example in examples if id(example) in kept]
