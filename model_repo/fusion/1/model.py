"""The fusion model in Triton's Python backend, run by OpenVINO; needs only NumPy and OpenVINO where Triton runs.

Rows that Triton merged are computed a few at a time, filled up to one of a few sizes, so that few shapes are ever
compiled. A row's result depends neither on the batch's size nor on its other rows.

A row's first id tells which network reads it: the one of this folder, or one of a folder within, which is compiled when
its first row comes. In a process of its own, stream_app/adapters/networks.py does the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

# OpenVINO's tools fork a process that tells Google Analytics that they were imported; it does without them.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]

import openvino  # noqa: E402
from openvino import opset13  # noqa: E402

_TYPES = {"TYPE_INT32": np.dtype(np.int32), "TYPE_FP32": np.dtype(np.float32)}
_OPENVINO_TYPES = {"TYPE_INT32": "i32", "TYPE_FP32": "f32"}
# Backends built against NumPy 1 give and take empty arrays under NumPy 2 without an error, except by DLPack; under
# NumPy 1 it is DLPack that ends the process (Triton 2.51).
_MAY_LACK = {"risk_probabilities", "mention_statements"}  # zeros stand in where a network's file does not have it
_BY_DLPACK = np.lib.NumpyVersion(np.__version__) >= "2.0.0"
Arrays = dict[str, np.ndarray[Any, Any]]
_WIDTH = {"bf16": "BF16", "f32": "FP32"}


class TritonPythonModel:
    """One instance: each network compiled once, on `threads` threads."""

    def initialize(self, args: dict[str, str]) -> None:
        """Compile the file beside this one, and hold its tensors against the configuration's."""
        self._config = json.loads(args["model_config"])
        parameters = {name: value["string_value"] for name, value in self._config["parameters"].items()}
        self._inputs = {tensor["name"]: _TYPES[tensor["data_type"]] for tensor in self._config["input"]}
        self._core = openvino.Core()
        self._options = {
            "INFERENCE_PRECISION_HINT": _precision(self._core, parameters["precision"]),
            "INFERENCE_NUM_THREADS": int(parameters["threads"]),
            "NUM_STREAMS": 1,
            # Each instance is a process of its own, and all would be pinned to the same first cores.
            "ENABLE_CPU_PINNING": False,
        }
        self._sizes = [int(size) for size in parameters["batch_sizes"].split(",")]
        self._version = parameters.get(f"version_{args['model_version']}", "without a name")
        home = Path(__file__).parent
        further = _first_ids(home)
        self._folders = [home, *(home / name for name in further)]
        self._further = np.array(list(further.values()), dtype=np.int64)
        self._opened = {0: self._open(home)}

    def execute(self, requests: list[Any]) -> list[Any]:
        """Answer the requests, all of one padded length."""
        arrays = [[_array(request, name) for name in self._inputs] for request in requests]
        bounds = np.cumsum([columns[0].shape[0] for columns in arrays])
        inputs = {
            name: np.concatenate([columns[place] for columns in arrays]).astype(dtype, copy=False)
            for place, (name, dtype) in enumerate(self._inputs.items())
        }
        outputs = list(self._answers(inputs).items())
        return [
            pb_utils.InferenceResponse([_tensor(name, array[start:end]) for name, array in outputs])
            for start, end in zip([0, *bounds[:-1]], bounds, strict=True)
        ]

    def _answers(self, inputs: Arrays) -> Arrays:
        """Return the outputs of the rows, each from the network that its ids belong to."""
        first = inputs["input_ids"][:, 0]
        if not len(self._further) or first.max() < self._further[0]:
            return self._opened[0].answers(inputs)
        networks = np.searchsorted(self._further, first, side="right")
        whole: Arrays = {}
        for number in np.unique(networks).tolist():
            rows = np.flatnonzero(networks == number)
            own = {name: array[rows] for name, array in inputs.items()}
            if number:  # padding stays 0
                own["input_ids"] = np.maximum(own["input_ids"] - np.int32(self._further[number - 1]), 0)
                if number not in self._opened:
                    self._opened[number] = self._open(self._folders[number])
            for name, array in self._opened[number].answers(own).items():
                whole.setdefault(name, np.empty((len(first), *array.shape[1:]), array.dtype))[rows] = array
        return whole

    def _open(self, folder: Path) -> _Network:
        model = _widened(self._core.read_model(folder / "model.onnx"))
        _check(model.inputs, self._config["input"])
        _check(model.outputs, self._config["output"])
        network = _Network(self._core.compile_model(model, "CPU", self._options), self._config["output"], self._sizes)
        precision = self._options["INFERENCE_PRECISION_HINT"]
        pb_utils.Logger.log_info(
            f"fusion {self._version}: {folder.name}, OpenVINO {openvino.__version__} in {precision}"
        )
        return network


class _Network:
    """One compiled network."""

    def __init__(self, compiled: Any, outputs: list[dict[str, Any]], sizes: list[int]) -> None:  # noqa: ANN401
        found = {name for port in compiled.outputs for name in port.get_names()}
        self._request, self._sizes = compiled.create_infer_request(), sizes
        self._outputs = [tensor["name"] for tensor in outputs if tensor["name"] in found]
        self._zeros = {one["name"]: [int(size) for size in one["dims"]] for one in outputs if one["name"] not in found}

    def answers(self, inputs: Arrays) -> Arrays:
        """Return the outputs of rows of its own ids."""
        rows, step = len(next(iter(inputs.values()))), self._sizes[-1]
        parts = [self._computed(inputs, start, start + step) for start in range(0, rows, step)]
        told = {name: np.concatenate([part[name] for part in parts]) for name in self._outputs}
        return told | {name: np.zeros((rows, *shape), np.float32) for name, shape in self._zeros.items()}

    def _computed(self, inputs: Arrays, start: int, end: int) -> Arrays:
        """Return the outputs of these rows, at most the largest size, computed at once."""
        few = {name: array[start:end] for name, array in inputs.items()}
        rows = len(next(iter(few.values())))
        size = next(size for size in self._sizes if rows <= size)
        self._request.infer({name: _filled(array, size) for name, array in few.items()}, share_inputs=True)
        return {name: self._request.get_tensor(name).data[:rows].copy() for name in self._outputs}


def _first_ids(folder: Path) -> dict[str, int]:
    """Return the names of the networks within, and the first id of each, lowest first."""
    metadata = folder / "metadata.json"
    return dict(json.loads(metadata.read_text(encoding="utf-8")).get("first_ids", {})) if metadata.is_file() else {}


def _widened(model: openvino.Model) -> openvino.Model:
    """Return the model with weights of one byte as float32: else a row's last bits follow the size of its batch."""
    for operation in model.get_ordered_ops():
        stored = operation.input_value(0) if operation.get_type_name() == "Convert" else None
        if stored and stored.get_element_type() == openvino.Type.i8 and stored.get_node().get_type_name() == "Constant":
            whole = opset13.constant(stored.get_node().data.astype(np.float32))
            operation.output(0).replace(whole.output(0))
    return model


def _precision(core: openvino.Core, wanted: str) -> str:
    """Return what `auto` means here: bf16 where the processor computes in it."""
    able = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if wanted == "auto":
        return "bf16" if _WIDTH["bf16"] in able else "f32"
    if _WIDTH[wanted] not in able:
        raise pb_utils.TritonModelException(f"fusion: this processor has no {wanted}; set parameter precision to auto")
    return wanted


def _check(ports: list[Any], tensors: list[dict[str, Any]]) -> None:
    """Raise where the file's tensors are not those of the configuration; a free axis fits any size."""
    found = {name: port for port in ports for name in port.get_names()}
    for tensor in tensors:
        name, shape = tensor["name"], [-1, *map(int, tensor["dims"])]
        port = found.get(name)
        if port is None and name in _MAY_LACK:
            continue
        if port is None or port.get_element_type().get_type_name() != _OPENVINO_TYPES[tensor["data_type"]]:
            raise pb_utils.TritonModelException(f"fusion: model.onnx has no {name} of {tensor['data_type']}")
        actual = [axis.get_length() if axis.is_static else -1 for axis in port.get_partial_shape()]
        if len(actual) != len(shape) or not all(map(_agree, actual, shape)):
            raise pb_utils.TritonModelException(f"fusion: model.onnx has {name} as {actual}, config.pbtxt as {shape}")


def _agree(left: int, right: int) -> bool:
    return left == right or -1 in {left, right}


def _array(request: Any, name: str) -> np.ndarray[Any, Any]:  # noqa: ANN401  (the backend has no types)
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return np.from_dlpack(tensor) if _BY_DLPACK else tensor.as_numpy()


def _filled(array: np.ndarray[Any, Any], size: int) -> np.ndarray[Any, Any]:
    """Return the rows with rows of zeros up to `size`."""
    if len(array) == size:
        return np.ascontiguousarray(array)
    filled = np.zeros((size, *array.shape[1:]), array.dtype)
    filled[: len(array)] = array
    return filled


def _tensor(name: str, array: np.ndarray[Any, Any]) -> Any:  # noqa: ANN401  (the same)
    return pb_utils.Tensor.from_dlpack(name, array.copy()) if _BY_DLPACK else pb_utils.Tensor(name, array.copy())
