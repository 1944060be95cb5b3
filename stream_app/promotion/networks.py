"""A version gains a network for further languages: a new version, whose other networks are those of the served one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import orjson
from tokenizers import Tokenizer

from stream_app.adapters.batching import BatchLimits, pack, unpack
from stream_app.adapters.model_repository import (
    FIRST_IDS,
    METADATA,
    TOKENIZER,
    WEIGHTS,
    ModelFiles,
    NetworkFiles,
    read_metadata,
    read_model,
    served_number,
)
from stream_app.adapters.openvino import OpenVinoRuntime, word_vectors
from stream_app.errors import DataError
from stream_app.pipeline.rows import ModelRow
from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES, MODEL_NAME, OF_FURTHER_NETWORKS
from stream_app.pipeline.vocabulary import Vocabulary
from stream_app.pipeline.windows import Tokens
from stream_app.promotion.gate import check_loss, figures_of
from stream_app.promotion.install import BACKEND, copy_network, install
from stream_app.promotion.switching import held, settle_installed, standing_of

_CONFIG = "config.pbtxt"


def add_network(repository: Path, draft: Path, name: str, *, backend: Path) -> int:
    """Install a new version and return its number: the served one, with the network of `draft` as its folder `name`.

    One of that name is replaced. `draft` holds a network as a version's folder does (weights, tokenizer, metadata);
    `backend` is Triton's `model.py`. Nothing is served yet. DataError where the network does not pass the gate, does
    not answer as the table of tensors says, or reads a language that another one reads.
    """
    with held(repository), tempfile.TemporaryDirectory() as folder:
        standing = standing_of(repository)
        served = repository / MODEL_NAME / str(served_number(repository))
        whole = with_network(served, draft, name, folder=Path(folder) / MODEL_NAME / "1")
        _check_configuration(repository / MODEL_NAME / _CONFIG)
        number = install(whole, repository, backend=backend)
        settle_installed(repository, standing)
    return number


def with_network(version: Path, draft: Path, name: str, *, folder: Path) -> Path:
    """Write a version with that network into the folder, without Triton's `model.py`, check it, and return the folder.

    `folder` is to be named as in a repository, `fusion/1`.
    """
    check_loss(*figures_of(read_metadata(draft), draft))
    shutil.copytree(version, folder, ignore=shutil.ignore_patterns(BACKEND))
    known = {one: folder / one for one in read_metadata(version).get(FIRST_IDS, {}) if one != name}
    shutil.rmtree(folder / name, ignore_errors=True)
    copy_network(draft, folder / name)
    _place(folder, known | {name: folder / name})
    files = read_model(folder.parents[1], int(folder.name))
    _check_languages(files)
    _check_answer(next(one for one in files.further if one.folder == folder / name))
    return folder


def carry_networks(version: Path, draft: Path) -> None:
    """Copy a version's further networks to the draft of one with another main network."""
    networks = {name: draft / name for name in read_metadata(version).get(FIRST_IDS, {})}
    for name, folder in networks.items():
        copy_network(version / name, folder)
    if networks:
        _place(draft, networks)


def _place(folder: Path, networks: Mapping[str, Path]) -> None:
    """Write down the first id of each further network: they follow the main one's, in the order of their names."""
    first_ids, end = {}, _ids_of(folder)
    for name in sorted(networks):
        first_ids[name] = end
        end += _ids_of(networks[name])
    about = read_metadata(folder) | {FIRST_IDS: first_ids}
    (folder / METADATA).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _ids_of(folder: Path) -> int:
    """Return how many ids a network's tokenizer takes."""
    return max(Tokenizer.from_file(str(folder / TOKENIZER)).get_vocab(with_added_tokens=True).values()) + 1


def _check_languages(files: ModelFiles) -> None:
    said = sorted(language for network in files.networks for language in network.languages)
    if twice := sorted({one for one in said if said.count(one) > 1}):
        raise DataError(f"two networks read {', '.join(twice)}: name the folder of the one that is to be replaced")


def _check_answer(network: NetworkFiles) -> None:
    """Raise where the network has other tensors than the table, or fewer word vectors than its tokenizer has ids."""
    ids, vectors = _ids_of(network.folder), word_vectors(network.folder / WEIGHTS)
    if vectors < ids:
        raise DataError(f"{network.folder / WEIGHTS} has {vectors} word vectors, its tokenizer {ids} ids: export again")
    nothing = Tokens(np.empty(0, np.int32), np.empty((0, 2), np.int32))
    input_ids, _ = Vocabulary(network.tokenizer).framed(nothing, (0, 0))
    row = ModelRow(
        input_ids,
        np.array([[0, len(input_ids)]], np.int32),
        np.zeros((1, KG_FEATURES), np.float32),
        np.zeros(CONTEXT_FEATURES, np.float32),
    )
    (batch,) = pack([row], BatchLimits(rows=1, tokens=len(input_ids)))
    unpack(batch, OpenVinoRuntime(network.folder / WEIGHTS).infer(batch.inputs()))


def _check_configuration(file: Path) -> None:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if text and (missing := sorted(name for name in OF_FURTHER_NETWORKS if name not in text)):
        raise DataError(
            f"{file} is of an earlier program, and lacks the output {missing[0]}: take it from the shipped model_repo"
        )
