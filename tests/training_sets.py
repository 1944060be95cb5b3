"""A tiny encoder with random weights and tiny training sets, made anew for the tests that train."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from stream_app.pipeline.tensors import LABELS, TOPICS
from stream_app.training.causal_examples import FINCAUSAL_DETECT, FINCAUSAL_SPANS, NEWS_DETECT, NEWS_SPANS
from stream_app.training.examples import SENTFIN, TFNS, TOPIC

_WORDS = (
    "acme",
    "beta",
    "profit",
    "loss",
    "rises",
    "falls",
    "beats",
    "misses",
    "says",
    "shares",
    "at",
    "on",
    "the",
    "$",
)
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_VERBS = ("falls", "says", "beats")


def write_encoder(folder: Path, hidden: int) -> Path:
    """Write an encoder of one layer with the files that a pretrained one has; return its folder."""
    vocabulary = {word: number for number, word in enumerate((*_SPECIAL, *_WORDS))}
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=hidden,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=32,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106  (not a password)
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def write_sets(folder: Path, count: int = 60) -> Path:
    """Write `count` texts of each of the three sets, whose labels follow from a verb; return their folder."""
    rows = range(count)
    headlines = [
        {
            "text": f"Acme {_VERBS[row % 3]} {row} on {_WORDS[row % 9]} says Beta",
            "entities": [{"text": "Acme", "start": 0, "end": 4, "label": LABELS[row % 3]}],
        }
        for row in rows
    ]
    tweets = [{"text": f"$ACME {_VERBS[row % 3]} {row} https://t.co/{row}", "label": LABELS[row % 3]} for row in rows]
    topics = [{"text": f"Gamma {row} {_WORDS[row % 9]}", "topic": f"topic_{row % TOPICS:02}"} for row in rows]
    for path, lines in ((SENTFIN, headlines), (TFNS, tweets), (TOPIC, topics)):
        (folder / path).parent.mkdir()
        (folder / path).write_bytes(b"\n".join(map(orjson.dumps, lines)))
    return folder


def write_causal_sets(sets: Path, folder: Path, count: int = 60) -> Path:
    """Copy the folder of sets and add those on cause and effect: who falls does so on what follows."""
    shutil.copytree(sets, folder, dirs_exist_ok=True)
    plain = [f"acme {_WORDS[row % 3]} {row} says the beta" for row in range(count)]
    causal = [f"acme falls {row} on beta loss" for row in range(count)]
    spans = [{"text": text, "relations": [{"cause": [len(text) - 9, len(text)], "effect": [0, 10]}]} for text in causal]
    detect = [{"text": text, "causal": label} for label, texts in enumerate((plain, causal)) for text in texts]
    (folder / FINCAUSAL_DETECT).parent.mkdir()
    for paths, lines in (((FINCAUSAL_DETECT, NEWS_DETECT), detect), ((FINCAUSAL_SPANS, NEWS_SPANS), spans)):
        for path in paths:
            (folder / path).write_bytes(b"\n".join(map(orjson.dumps, lines)))
    return folder
