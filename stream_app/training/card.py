"""The model card: what the weights are, what they were trained on, how good they are and what they are not for."""

from __future__ import annotations

from collections.abc import Iterator

from stream_app.training.causal_examples import FINCAUSAL_DETECT, FINCAUSAL_SPANS, NEWS_DETECT, NEWS_SPANS
from stream_app.training.corpus import Corpus
from stream_app.training.examples import SENTFIN, TFNS, TOPIC
from stream_app.training.export import Exported, Scores
from stream_app.training.pretrain import PretrainRecord
from stream_app.training.run import DistilRecord, RunRecord
from stream_app.training.runs import own_stage
from stream_app.training.served import HEADS
from stream_app.training.source_file import SourceFile
from stream_app.training.unlabelled import TWEETS

_FINCAUSAL = "FinCausal 2020, github.com/yseop/YseopLab, no licence file; made public for the shared task"
_NEWS = "Causal News Corpus V2, github.com/tanfiona/CausalNewsCorpus, CC0"
LICENCES = {
    SENTFIN.as_posix(): "SEntFiN 1.0, github.com/pyRis/SEntFiN, MIT",
    TFNS.as_posix(): "Twitter Financial News Sentiment (zeroshot), MIT on its dataset card",
    TOPIC.as_posix(): "Twitter Financial News Topic (zeroshot), MIT on its dataset card",
    FINCAUSAL_DETECT.as_posix(): f"{_FINCAUSAL}; section labels",
    FINCAUSAL_SPANS.as_posix(): f"{_FINCAUSAL}; causes and effects",
    NEWS_DETECT.as_posix(): f"{_NEWS}; sentence labels",
    NEWS_SPANS.as_posix(): f"{_NEWS}; causes and effects",
    TWEETS.as_posix(): "stocknet-dataset, github.com/yumoxu/stocknet-dataset, MIT; texts alone",
}
_MEASURED_ON = {
    "document": "TFNS",
    "mention": "SEntFiN",
    "topic": "TFN topic, 20 classes",
    "relevance": "SEntFiN: marked or left out",
    "causal": "FinCausal: a cause and its effect stated, or not",
    "tags": "FinCausal: tokens, cause, effect or neither",
    "statements": "texts written for it: names, which way and how meant, 9 classes",
}
_TEMPLATE = """\
# Model card: {version}

One MiniLM encoder pass a text serves every head: sentiment of the text and of each mention, relevance of each
mention, topic, whether a cause and its effect are stated and which words they are, what is stated of each mention,
and a sentence embedding. Weights are stored in float16 ({megabytes:.1f} MB, SHA-256 `{sha256}`).

## Intended use
English financial news and social posts, sentence to paragraph long, in `stream-app`. The scores describe what a text
says, not what a price will do, and are no advice. Texts in other languages are not scored.

## Trained on
Encoder: all-MiniLM-L6-v2 (Apache-2.0). Entity features: knowledge graph `{graph}`. {examples} texts for training;
{dev} texts, those whose hash falls into one tenth, were held out with all their copies.

| file | rows | source and licence | SHA-256 |
| --- | --- | --- | --- |
{files}

Labels that were derived, each at {weak:g} of the weight of a given one: a headline whose entities all have one label
gives it to the whole text; a tweet with a single cashtag gives its label to that company. So that context decides,
names were exchanged at random for other names and headlines were joined by twos; sentences of company reports, and
sentences in pairs that look alike and have other labels, were made by rule, as many as the stages below say; texts with
labels that a language model wrote for this project were read as often as `written` says. As many words were misspelt
(`typos`) and texts put beside chatter (`chatter`). Author reach and engagement were random in training, since no set
tells them: the model takes them and has learnt to leave them alone. Each stage of
training went on from the one before; what differs from the default recipe (`stream_app/training/config.py`):

{stages}

## Scores on the held-out texts
Served means {runtime} in {precision} on a processor with {flags}. The temperature, from where
a head is sure to where all classes are alike to it, is the one that all held-out texts give. Calibration is the
expected calibration error of ten folds of them, each at the temperature that the other nine give, so that no text
judges what it decided; by chance, what as many rows would show if the probabilities came true exactly.

| head | measured on | rows | accuracy fp32 | accuracy served | macro F1 served | weighted F1 served |
| --- | --- | --- | --- | --- | --- | --- |
{scores}

| head | temperature | calibration error before | after, served | by chance |
| --- | --- | --- | --- | --- |
{calibration}

## What the outputs mean
- **Probabilities** are calibrated by one temperature a head, which follows how much the head wavers. It is part of
  the file.
- **Relevance** is the probability that somebody who marks whom a headline is about would mark this name. It was learnt
  from SEntFiN's annotators: the names that they marked against the capitalised names that they left out, found by
  rule. It knows headlines; what stands deep in a long text it has not been taught.
- **Evidence** is exact: log(positive / negative) is a base plus the sum of the tokens' evidence. A token's vector has
  seen its neighbours, so evidence is where the model read something, not a proof of why.
- **Embedding** was held close to the untrained encoder's, and has unit length.
- **Cause and effect** were learnt {learnt}: whether a text states one from
  FinCausal's sections and, at {other_news:g} of the weight, from the Causal News Corpus, which calls more things
  causal; which words are which from the spans of both.
- **Statements**, where the file tells them, are what a text states of a name: which way its own quantity goes, and
  whether that is a fact, a possibility, denied or over. They were learnt last, on the finished encoder, from texts that
  a language model wrote for it.

## Limits
The headlines are mostly Indian, 2010 to 2017, and the tweets from 2019 to 2022: other markets and years are read less
well. Sarcasm, and figures that mean nothing without an expectation, are often read as neutral. Topic is trained on
tweets; rare classes (IPOs, metals, currencies) are the weakest. Results differ in the last digits between processors
and precisions; on one machine, a text's result does not depend on its batch.
"""

_LAST = "on the finished encoder, which stayed as it was"
_BETWEEN = "between the other texts, and the encoder for them"


def model_card(done: Exported, *, corpus: Corpus, record: RunRecord) -> str:
    """Return the card of what was exported from a run."""
    return _TEMPLATE.format(
        version=done.version,
        sha256=done.sha256,
        megabytes=done.bytes / 1e6,
        graph=record.graph,
        examples=f"{len(corpus.train):,}",
        dev=f"{len(corpus.dev):,}",
        other_news=record.causal.other_news if record.causal else 0,
        weak=record.config.losses.weak,
        learnt=_BETWEEN if _learnt_between(record) else _LAST,
        stages="\n".join(f"- {said}" for said in _stages(record)),
        files="\n".join(
            f"| {one.path} | {one.rows:,} | {LICENCES[one.path]} | `{one.sha256}` |" for one in _files(record)
        ),
        runtime=done.runtime.runtime,
        precision=done.runtime.precision,
        flags=", ".join(done.runtime.processor_flags) or "no known extensions",
        scores="\n".join(_score_row(head, done.fp32, done.served) for head in HEADS if head in done.served),
        calibration="\n".join(_calibration_row(head, done) for head in HEADS if head in done.served),
    )


def _learnt_between(record: RunRecord) -> bool:
    """Whether texts on cause and effect stood between the others in any stage."""
    return bool(record.config.causes) or (record.start is not None and _learnt_between(record.start))


def _stages(record: RunRecord) -> Iterator[str]:
    """Yield what each stage was, the first one first."""
    if record.start:
        yield from _stages(record.start)
    if record.pretrained:
        yield _self_supervised(record.pretrained)
    if record.distilled:
        yield _distilled(record.distilled)
    yield from own_stage(record)


def _self_supervised(stage: PretrainRecord) -> str:
    return (
        f"self-supervised, {stage.texts:,} texts without labels, none of them held out: hidden words were guessed and "
        f"spoilt copies recognised, `{stage.config.model_dump(exclude_defaults=True)}`"
    )


def _distilled(stage: DistilRecord) -> str:
    onto = "on an encoder of its own" if stage.afresh else f"to {stage.config.layers} layers"
    return (
        f"distillation {onto}: labels, and what {', '.join(stage.teachers)} said of all texts "
        f"and of {stage.unlabelled:,} without labels"
    )


def _files(record: RunRecord) -> list[SourceFile]:
    """Return the files of all stages, each once."""
    found = {one.path: one for one in record.files}
    stage: RunRecord | None = record
    while stage:
        more = [part.files for part in (stage.pretrained, stage.distilled) if part]
        found |= {one.path: one for files in more for one in files if one.path not in found}
        stage = stage.start
    return list(found.values())


def _score_row(head: str, fp32: Scores, served: Scores) -> str:
    one = served[head]
    return (
        f"| {head} | {_MEASURED_ON[head]} | {one.rows:,} | {fp32[head].accuracy:.4f} | {one.accuracy:.4f} "
        f"| {one.macro_f1:.4f} | {one.weighted_f1:.4f} |"
    )


def _calibration_row(head: str, done: Exported) -> str:
    before, after = done.before[head], done.served[head]
    errors = f"{before.calibration_error:.4f} | {after.calibration_error:.4f} | {after.chance_shown}"
    return f"| {head} | {done.temperatures[head]} | {errors} |"
