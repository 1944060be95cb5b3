"""Teachers are asked once about every text as it stands; what they say is kept beside the student's run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from stream_app.adapters.whole_file import replacing
from stream_app.pipeline.tensors import MENTION_SLOTS
from stream_app.training.batches import Collator
from stream_app.training.checkpoint import tensors_digest
from stream_app.training.corpus import Corpus
from stream_app.training.distillation.answers import OF_MENTIONS, Answers, answers_of
from stream_app.training.encoder import half_precision, load_tokenizer
from stream_app.training.examples import Example
from stream_app.training.fit import Progress
from stream_app.training.network import FusionNetwork
from stream_app.training.run import load_network

_FOLDER = "answers"
_BATCH_ROWS, _PART_ROWS = 64, 2048


@dataclass(frozen=True, slots=True)
class Teacher:
    """A finished run, which reads by its own tokenizer."""

    network: FusionNetwork
    collator: Collator


def load_teacher(run: Path, corpus: Corpus, *, max_tokens: int) -> Teacher:
    """Return the teacher for texts of this corpus, whose names and topics it shares."""
    tokenizer = load_tokenizer(run, max_tokens)
    return Teacher(load_network(run), Collator(tokenizer, corpus.gazetteer, topics=corpus.topics))


def kept_answers(
    out: Path, teachers: Sequence[Teacher], examples: Sequence[Example], *, report: Callable[[Progress], None]
) -> Answers:
    """Return the mean of what the teachers say of the examples, going on where an interrupted call stopped.

    Nothing in an example is changed for it: a student may then be asked about other names in the same words.
    """
    folder = out / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    order = sorted(range(len(examples)), key=lambda place: len(examples[place].text))
    parts = [order[at : at + _PART_ROWS] for at in range(0, len(order), _PART_ROWS)]
    identity = tensors_digest(one for each in teachers for one in each.network.state_dict().values())
    found = []
    for number, part in enumerate(parts):
        asked = [examples[place] for place in part]
        name = sha256(identity + repr(asked).encode()).hexdigest()[:16]
        found.append(_kept(folder / f"{name}.safetensors", teachers, asked))
        report(Progress(number + 1, len(parts), 0.0, {}))
    back = torch.tensor(order).argsort()
    return Answers(*(torch.cat(each)[back] for each in zip(*found, strict=True)))


def _kept(path: Path, teachers: Sequence[Teacher], examples: Sequence[Example]) -> Answers:
    """Return the answers to these examples, from the file, whose name tells what they and the teachers are."""
    if not path.exists():
        said = [_answers(teacher, examples) for teacher in teachers]
        mean = Answers(*(torch.stack(each).mean(0).half() for each in zip(*said, strict=True)))
        with replacing(path) as draft:
            save_file(mean._asdict(), draft)
    return Answers(**load_file(path))


def _answers(teacher: Teacher, examples: Sequence[Example]) -> Answers:
    found = []
    for at in range(0, len(examples), _BATCH_ROWS):
        rows = examples[at : at + _BATCH_ROWS]
        batch = teacher.collator.batch(rows, range(at, at + len(rows)))
        with torch.inference_mode(), half_precision():
            said = answers_of(teacher.network(*batch.inputs))
        found.append(Answers(*(_filled(name, one.float()) for name, one in said._asdict().items())))
    return Answers(*(torch.cat(each) for each in zip(*found, strict=True)))


def _filled(name: str, scores: Tensor) -> Tensor:
    """Return scores of mentions with all slots that there can be, others as they are."""
    if name not in OF_MENTIONS:
        return scores
    full = scores.new_zeros(scores.shape[0], MENTION_SLOTS, *scores.shape[2:])
    full[:, : scores.shape[1]] = scores
    return full
