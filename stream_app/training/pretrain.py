"""The self-supervised stage: the encoder learns the language of finance from texts without labels.

L = CE(hidden words) + contrast * InfoNCE. The first view of a text, with words hidden (`masking`), is read for both;
the second is spoilt in another way (`likeness`), and each view has its own dropout. What comes out is a folder like the
one that the encoder came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from pydantic import BaseModel, ValidationError
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from stream_app.adapters.whole_file import write_whole
from stream_app.errors import DataError
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking.linker import Linker
from stream_app.training.config import PretrainConfig
from stream_app.training.descent import Descent, Loss, Progress
from stream_app.training.encoder import copy_encoder, half_precision, load_encoder, load_tokenizer
from stream_app.training.likeness import contrastive_loss, spoilt
from stream_app.training.masking import NOT_ASKED, Mask, masked
from stream_app.training.source_file import SourceFile
from stream_app.training.unlabelled import load_unlabelled, mentions

_RECORD = "pretrain.json"
_MASK_TOKEN = "[MASK]"  # noqa: S105  (not a password)


class PretrainRecord(BaseModel):
    """What a self-supervised stage was made of; `texts` were read, `seconds` are the processor's."""

    config: PretrainConfig
    texts: int
    files: tuple[SourceFile, ...]
    graph: str | None
    seconds: float


class Guesser(nn.Module):
    """The encoder with a decoder over its own word vectors E: E GELU(LN(W h)) + b."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        words = encoder.get_input_embeddings().weight  # type: ignore[operator]
        self.turn, self.norm = nn.Linear(words.shape[1], words.shape[1]), nn.LayerNorm(words.shape[1])
        self.bias = nn.Parameter(torch.zeros(words.shape[0]))
        nn.init.eye_(self.turn.weight)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the tokens' vectors and the sentences', which are their means."""
        tokens = self.encoder(ids, attention_mask=mask).last_hidden_state
        weights = mask[..., None].to(tokens.dtype)
        return tokens, (tokens * weights).sum(1) / weights.sum(1)

    def guesses(self, vectors: Tensor) -> Tensor:
        """Return the score of each word of the vocabulary, `[tokens, words]`."""
        words = self.encoder.get_input_embeddings().weight  # type: ignore[operator]
        return functional.linear(self.norm(functional.gelu(self.turn(vectors))), words, self.bias)


@dataclass(frozen=True, slots=True)
class _Views:
    """Both views of some texts as rows of ids; random things are drawn from (seed, epoch, row)."""

    texts: Sequence[str]
    tokenizer: Tokenizer
    linker: Linker | None
    mask: Mask
    config: PretrainConfig

    def batch(self, epoch: int, rows: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        """Return the ids of the masked view, those of the spoilt one, and what is asked of the masked one."""
        rngs = [np.random.default_rng([self.config.seed, epoch, row]) for row in rows]
        texts = [self.texts[row] for row in rows]
        first = [self._masked(*pair) for pair in zip(texts, rngs, strict=True)]
        drop, typos = self.config.drop_words, self.config.typos
        other = [spoilt(text, drop=drop, typos=typos, rng=rng) for text, rng in zip(texts, rngs, strict=True)]
        second = [torch.tensor(one.ids) for one in self.tokenizer.encode_batch(other)]
        seen, asked = zip(*first, strict=True)
        return _padded(seen, 0), _padded(second, 0), _padded(asked, NOT_ASKED)

    def _masked(self, text: str, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        seen, asked = masked(self.tokenizer.encode(text), mentions(text, self.linker), self.mask, rng=rng)
        return torch.from_numpy(seen), torch.from_numpy(asked)


def pretrain(
    out: Path,
    data: Path,
    *,
    encoder: Path,
    graph: KnowledgeGraph | None,
    config: PretrainConfig,
    report: Callable[[Progress], None],
) -> PretrainRecord:
    """Train the encoder further into the folder `out`, going on where an interrupted call stopped."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(encoder, config.max_tokens)
    mask = _mask(tokenizer, encoder, config)
    unlabelled = load_unlabelled(data, config.text_share)
    torch.manual_seed(config.seed)
    guesser = Guesser(load_encoder(encoder)).train()
    views = _Views(unlabelled.texts, tokenizer, Linker(graph) if graph else None, mask, config)
    plan = _plan(unlabelled.texts, config)

    def loss_of(step: int) -> Loss:
        return _loss(guesser, views.batch(*plan[step]), config)

    recipe = _recipe(guesser, unlabelled.files, f"{config.model_dump_json()} {graph and graph.version}")
    seconds = Descent(guesser, len(plan), pace=config, recipe=recipe, loss_of=loss_of).run(out, report)
    guesser.encoder.save_pretrained(out)  # type: ignore[operator]
    copy_encoder(encoder, out)
    record = PretrainRecord(
        config=config,
        texts=len(unlabelled.texts),
        files=unlabelled.files,
        graph=graph.version if graph else None,
        seconds=seconds,
    )
    write_whole(out / _RECORD, record.model_dump_json(indent=2))
    return record


def read_pretrained(encoder: Path) -> PretrainRecord | None:
    """Return how an encoder's folder was made by this stage, None where it was not."""
    try:
        return PretrainRecord.model_validate_json((encoder / _RECORD).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise DataError(f"{encoder / _RECORD} tells no self-supervised stage ({error}); make the run again") from error


def _loss(guesser: Guesser, batch: tuple[Tensor, Tensor, Tensor], config: PretrainConfig) -> Loss:
    seen, spoilt_ids, asked = batch
    with half_precision(wanted=config.bf16):
        tokens, left = guesser(seen, (seen != 0).long())
        _, right = guesser(spoilt_ids, (spoilt_ids != 0).long())
        there = asked != NOT_ASKED
        guesses = guesser.guesses(tokens[there])
    words = functional.cross_entropy(guesses.float(), asked[there], reduction="sum") / max(int(there.sum()), 1)
    alike = contrastive_loss(left.float(), right.float(), config.temperature)
    return words + config.contrast * alike, {"words": words.item(), "alike": alike.item()}


def _mask(tokenizer: Tokenizer, encoder: Path, config: PretrainConfig) -> Mask:
    token = tokenizer.token_to_id(_MASK_TOKEN)
    if token is None:
        raise DataError(f"the tokenizer of {encoder} has no token {_MASK_TOKEN}; give another with --encoder")
    return Mask(config.mask_words, config.mask_mentions, token, tokenizer.get_vocab_size())


def _plan(texts: Sequence[str], config: PretrainConfig) -> list[tuple[int, list[int]]]:
    """Return the batches of all epochs: texts at random, since those of a batch are to differ in more than length."""
    orders = [np.random.default_rng([config.seed, epoch]).permutation(len(texts)) for epoch in range(config.epochs)]
    return [
        (epoch, order[at : at + config.batch_rows].tolist())
        for epoch, order in enumerate(orders)
        for at in range(0, len(order), config.batch_rows)
    ]


def _recipe(guesser: Guesser, files: Sequence[SourceFile], decided: str) -> str:
    """Return the digest of what decides the result: the weights it begins with, the files, and what else is given."""
    digest = hashlib.sha256(f"{decided} {files!r}".encode())
    for tensor in guesser.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()


def _padded(rows: Sequence[Tensor], value: int) -> Tensor:
    return nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=value)
