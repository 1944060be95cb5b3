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
from stream_app.training.chinese.encoder_folder import SPECIAL, tokenizer_of
from stream_app.training.chinese.texts import FILES
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


def write_chinese_sets(folder: Path, count: int = 60) -> Path:
    """Write `count` texts of each Chinese set, in which a company falls, says or rises; return the folder."""
    names = [f"{name}公司" for name in "甲乙丙丁戊己庚辛"]
    rows = [(row, names[row % len(names)], names[(row + 1) % len(names)]) for row in range(count)]
    lines = {
        "finfe": [{"text": f"{name}{'跌说涨'[row % 3]}了{row}", "label": LABELS[row % 3]} for row, name, _ in rows],
        "finnl": [
            {"text": f"{name}{'查告骗'[row % 3]}{row}", "topics": ["中国", ("公司", "大盘", "经济")[row % 3]]}
            for row, name, _ in rows
        ],
        "finese": [
            {"text": f"{name}被查{row}，{other}公告", "event": "财务造假", "entity": name}
            if row % 2
            else {"text": f"{name}公告{row}", "event": "其他", "entity": None}
            for row, name, other in rows
        ],
        "finnsp": [
            {"text": f"{name}骗{other}{row}", "entities": [name, other], "negative": True, "negative_entities": [name]}
            for row, name, other in rows
        ],
        "finre": [
            {"text": f"{name}买{other}{row}", "head": name, "tail": other, "relation": "x"} for row, name, other in rows
        ],
    }
    for name, path in FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(b"\n".join(map(orjson.dumps, lines[name])))
    return folder


def write_chinese_encoder(folder: Path, hidden: int) -> Path:
    """Write an encoder of one layer and the tokenizer that a Chinese one has; return its folder."""
    signs = sorted(set("甲乙丙丁戊己庚辛公司跌说涨了与市场被查告骗买，0123456789▁"))
    pieces = [*((token, 0.0) for token in SPECIAL), *((sign, -2.0) for sign in signs)]
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer_of(pieces).save(str(folder / "tokenizer.json"))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=hidden, num_hidden_layers=1, num_attention_heads=4, intermediate_size=32
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
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
