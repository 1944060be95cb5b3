"""The packed encoder as a folder of the transformers library, with as much of its vocabulary as Chinese news needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import BertConfig

from stream_app.training.chinese.packed_encoder import PackedEncoder, Shape

BEGIN, PAD, END, UNKNOWN = "<s>", "<pad>", "</s>", "<unk>"
SPECIAL = (PAD, BEGIN, END, UNKNOWN)
"""The padding comes first: rows are padded with zeros."""

_LEAST_SEEN = 3
_SIGN = re.compile(r"▁?[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef!-~▁]?")
"""A Chinese or ASCII sign, a full-width form or the mark of a space."""
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def write_encoder(packed: PackedEncoder, texts: Iterable[str], folder: Path, *, layers: int) -> None:
    """Write configuration, tokenizer and weights of the lowest `layers` layers.

    Of the vocabulary stays what the `texts` are cut into, three times at least, and each sign of Chinese and ASCII, so
    that a text that was not met is read by shorter pieces where it has to be.
    """
    kept = _kept(packed, texts)
    places = {piece: place for place, (piece, _) in enumerate(packed.pieces)}
    pieces = [(piece, packed.pieces[places[piece]][1]) for piece in kept]
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer_of(pieces).save(str(folder / "tokenizer.json"), pretty=False)
    configuration(packed.shape, len(kept), layers).save_pretrained(folder)
    rows = torch.tensor([places[piece] for piece in kept])
    save_file(_weights(packed, rows, layers), folder / "model.safetensors", metadata={"format": "pt"})


def tokenizer_of(pieces: list[tuple[str, float]]) -> Tokenizer:
    """Return the SentencePiece unigram tokenizer of XLM-RoBERTa over these pieces and their log-probabilities."""
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=[piece for piece, _ in pieces].index(UNKNOWN)))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (BEGIN, END)],
    )
    return tokenizer


def _kept(packed: PackedEncoder, texts: Iterable[str]) -> list[str]:
    whole = tokenizer_of(
        [*((token, 0.0) for token in SPECIAL), *(one for one in packed.pieces if one[0] not in SPECIAL)]
    )
    seen = Counter(token for one in whole.encode_batch(list(texts), add_special_tokens=False) for token in one.tokens)
    wanted = (
        piece
        for piece, _ in packed.pieces
        if piece not in SPECIAL and (seen[piece] >= _LEAST_SEEN or _SIGN.fullmatch(piece))
    )
    return [*SPECIAL, *wanted]


def configuration(shape: Shape, vocabulary: int, layers: int) -> BertConfig:
    """Return the shape of an encoder of so many pieces and layers."""
    return BertConfig(
        architectures=["BertModel"],
        vocab_size=vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=1e-12,
        pad_token_id=0,
    )


def _weights(packed: PackedEncoder, rows: Tensor, layers: int) -> dict[str, Tensor]:
    """Return the weights by the library's names."""
    hidden = packed.shape.hidden

    def tensor(name: str, width: int | None = None) -> Tensor:
        flat = torch.tensor(packed.tensors[name])
        return flat if width is None else flat.view(-1, width)

    named = {
        "embeddings.word_embeddings.weight": tensor("emb.word", hidden)[rows],
        "embeddings.position_embeddings.weight": tensor("emb.pos", hidden),
        "embeddings.token_type_embeddings.weight": tensor("emb.type", hidden),
        "embeddings.LayerNorm.weight": tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": tensor("emb.ln.b"),
    }
    for layer in range(layers):
        for short, long in _LAYER.items():
            bias = tensor(f"l{layer}.{short}.b")
            weight = tensor(f"l{layer}.{short}.w")
            matrix = weight if "LayerNorm" in long else weight.view(len(bias), -1)
            named |= {f"encoder.layer.{layer}.{long}.weight": matrix, f"encoder.layer.{layer}.{long}.bias": bias}
    return {name: one.clone().contiguous() for name, one in named.items()}
