"""The served network as one ONNX file, its large weights stored smaller than they are used."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import onnx
import torch
from onnx import ModelProto

from stream_app.pipeline.tensors import CONTEXT_FEATURES, INPUTS, KG_FEATURES, MENTION_SLOTS, OUTPUTS
from stream_app.training.onnx_weights import store_half
from stream_app.training.served import ServedModule

_OPSET = 18
_TALKATIVE = "torch.onnx._internal.exporter._registration"
_OUTPUT = "output:"
_EXAMPLE_BATCH, _EXAMPLE_TOKENS = 2, 16

Store = Callable[[ModelProto], None]
"""Changes a network in single precision into what a file holds."""


def write_onnx(network: ServedModule, path: Path, store: Store = store_half) -> None:
    """Write the network with a free batch and token axis; the same weights give the same bytes."""
    write_each(network, {path: store})


def write_each(network: ServedModule, files: Mapping[Path, Store]) -> None:
    """Write the network once for each of the files, changed by what stores it there; it is traced once."""
    traced = to_onnx(network)
    for path, store in files.items():
        model = ModelProto()
        model.CopyFrom(traced)
        store(model)
        save_onnx(model, path)


def save_onnx(model: ModelProto, path: Path) -> None:
    """Write a model that holds to the format; the same one gives the same bytes."""
    model.graph.name, model.producer_version, model.doc_string = "fusion", "", ""
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def to_onnx(network: ServedModule) -> ModelProto:
    """Return the network in single precision, with a free batch and token axis."""
    network.eval()
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=512)
    rows = {0: batch}
    # The exporter talks to standard output, and warns about its own internals and of packages that nobody needs.
    logging.getLogger(_TALKATIVE).setLevel(logging.ERROR)
    with torch.no_grad(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            example_inputs(),
            dynamo=True,
            dynamic_shapes=({**rows, 1: tokens}, {**rows, 1: tokens}, rows, rows, rows),
            input_names=[tensor.name for tensor in INPUTS],
            output_names=[_OUTPUT + tensor.name for tensor in network.told],
            opset_version=_OPSET,
            verbose=False,
        )
    assert program is not None  # noqa: S101  (None only without dynamo)
    model: ModelProto = program.model_proto
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    _name_outputs(model)
    return model


def _name_outputs(model: ModelProto) -> None:
    """Give the outputs their names, after taking those names from inner values that the exporter called so."""
    del model.graph.value_info[:]
    names = {tensor.name: f"{tensor.name}.inner" for tensor in OUTPUTS}
    names |= {_OUTPUT + tensor.name: tensor.name for tensor in OUTPUTS}
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for output in model.graph.output:
        output.name = names[output.name]


def example_inputs() -> tuple[torch.Tensor, ...]:
    """Return what the network is traced with, in the order of `INPUTS`."""
    rows, length = _EXAMPLE_BATCH, _EXAMPLE_TOKENS
    return (
        torch.ones(rows, length, dtype=torch.int32),
        torch.ones(rows, length, dtype=torch.int32),
        torch.zeros(rows, MENTION_SLOTS, 2, dtype=torch.int32),
        torch.zeros(rows, MENTION_SLOTS, KG_FEATURES),
        torch.zeros(rows, CONTEXT_FEATURES),
    )
