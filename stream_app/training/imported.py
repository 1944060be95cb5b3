"""A finished run made of an exported version, so that whoever has no run can go on from the weights that are shipped.

The exporter transposes and renames some weights. Which of the file's tensors is which weight is told by an export of a
network of the same shape whose weights are known; that the answers agree is checked at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import ModelProto
from torch import Tensor
from transformers import AutoConfig, AutoModel

from stream_app.adapters.model_repository import TOKENIZER, read_metadata
from stream_app.adapters.model_repository import WEIGHTS as FILE
from stream_app.adapters.onnx_runtime import OnnxRuntime
from stream_app.errors import DataError
from stream_app.pipeline.tensors import INPUTS
from stream_app.training.config import TrainConfig
from stream_app.training.encoder import LAYER, write_depth
from stream_app.training.evaluation import torch_infer
from stream_app.training.judged import HeadScore
from stream_app.training.network import FusionNetwork
from stream_app.training.onnx_file import example_inputs, to_onnx
from stream_app.training.onnx_weights import floats_of
from stream_app.training.run import RunRecord, write_metrics, write_record
from stream_app.training.served import ServedModule, ServedNetwork
from stream_app.training.temperature import temperatures_told
from stream_app.training.weights import WEIGHTS, write_weights

_PREFIX = "network."
_STATEMENTS = "mention_statements"
_MOST_APART = 1e-3
Arrays = dict[str, NDArray[np.float32]]


def import_version(version: Path, out: Path, encoder: Path) -> RunRecord:
    """Write the run of an exported `version`, a folder of the model repository, into the folder `out`.

    Its weights are those of the file, which keeps them in float16. `encoder` is a folder whose `config.json` tells the
    shape of the encoder; its number of layers is told by the file. Raises DataError for a file of another shape, and
    where `out` holds a run already.
    """
    if (out / WEIGHTS).exists():
        raise DataError(f"{out} holds a run already; give another folder with --out")
    metadata = read_metadata(version)
    file = onnx.load(version / FILE)
    stored = floats_of(file)
    layers = {int(found[1]) for name in stored if (found := LAYER.search(name))}
    config = AutoConfig.from_pretrained(encoder, num_hidden_layers=len(layers))
    network = FusionNetwork(
        AutoModel.from_config(config, add_pooling_layer=False),
        hidden=config.hidden_size,
        topics=len(metadata["topics"]),
    )
    if tells_statements(file):
        network.add_statement_head()
    served = ServedNetwork(network, temperatures_told(metadata["temperatures"]))
    try:
        network.load_state_dict(weights_of(network, served, stored))
    except (KeyError, RuntimeError) as error:
        raise DataError(
            f"{version / FILE} is no network for this encoder ({error}); give its own by --encoder"
        ) from error
    check_answers(served, version / FILE)
    out.mkdir(parents=True, exist_ok=True)
    write_depth(encoder, out, len(layers))
    shutil.copyfile(version / TOKENIZER, out / TOKENIZER)
    write_weights(out, network.state_dict())
    write_metrics(out, {head: HeadScore(**one) for head, one in metadata["scores"].items()})
    record = RunRecord(
        config=TrainConfig(), topics=tuple(metadata["topics"]), files=(), graph=None, imported=metadata["version"]
    )
    write_record(out, record)
    return record


def tells_statements(file: ModelProto) -> bool:
    """Tell whether the file is of a network that was taught what texts state."""
    return _STATEMENTS in {output.name for output in file.graph.output}


def weights_of(
    network: FusionNetwork, served: ServedModule, stored: Arrays, *, leaves_out: str | None = None
) -> dict[str, Tensor]:
    """Return the network's weights as a file of it, as it is `served`, has them; KeyError where it lacks one.

    Weights whose names begin with `leaves_out` are in no file of it.
    """
    looked_for = {
        name: weight
        for name, weight in network.state_dict().items()
        if not leaves_out or not name.startswith(leaves_out)
    }
    _check_sizes(looked_for, stored)
    torch.manual_seed(0)
    for parameter in network.parameters():
        # no two alike: the exporter keeps tensors that are equal, such as fresh biases, as one
        torch.nn.init.normal_(parameter)
    known = floats_of(to_onnx(served))
    found = {}
    for name, weight in looked_for.items():
        if not weight.is_floating_point():
            found[name] = weight
            continue
        drawn, straight = weight.numpy(), f"{_PREFIX}{name}"
        place = straight if straight in known else _place(known, drawn)
        array = stored[place]
        as_it_is = np.array_equal(known[place].reshape(weight.shape), drawn)
        found[name] = torch.from_numpy(np.ascontiguousarray(array if as_it_is else array.T)).reshape(weight.shape)
    return found


def _check_sizes(weights: Mapping[str, Tensor], stored: Arrays) -> None:
    """Raise KeyError where the file has nothing as large as a weight: known at once, where tracing takes long."""
    sizes = {array.size for array in stored.values()}
    for name, weight in weights.items():
        if weight.is_floating_point() and weight.numel() not in sizes:
            raise KeyError(f"no tensor of the size of {name}: {tuple(weight.shape)}")


def _place(known: Arrays, weight: NDArray[np.float32]) -> str:
    """Return under which name a weight stands, as it is, on its side, or with an axis of one more."""
    for name, array in known.items():
        if array.size == weight.size and (
            np.array_equal(array.reshape(weight.shape), weight) or np.array_equal(array, weight.T)
        ):
            return name
    raise KeyError(f"no tensor of shape {weight.shape}")


def check_answers(served: ServedModule, file: Path) -> None:
    """Raise DataError where a network as it is served and the file do not answer alike."""
    inputs = {tensor.name: one.numpy() for tensor, one in zip(INPUTS, example_inputs(), strict=True)}
    said = torch_infer(served)(inputs)
    for name, answers in OnnxRuntime(file).infer(inputs).items():
        apart = float(np.abs(np.subtract(answers, said[name], dtype=np.float64)).max())
        if apart > _MOST_APART:
            raise DataError(f"{file} cannot be read back: {name} is {apart:.2g} apart; another exporter wrote it")
