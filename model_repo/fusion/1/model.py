"""The fusion model in Triton's Python backend, run by OpenVINO; needs only NumPy and OpenVINO where Triton runs.

Rows that Triton merged are computed a few at a time, filled up to one of a few sizes, so that few shapes are ever
compiled. A row's result depends neither on the batch's size nor on its other rows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import triton_python_backend_utils as pb_utils

_TYPES = {"TYPE_INT32": np.dtype(np.int32), "TYPE_FP32": np.dtype(np.float32)}
_OPENVINO_TYPES = {"TYPE_INT32": "i32", "TYPE_FP32": "f32"}
# Backends built against NumPy 1 give and take empty arrays under NumPy 2 without an error, except by DLPack; under
# NumPy 1 it is DLPack that ends the process (Triton 2.51).
_BY_DLPACK = np.lib.NumpyVersion(np.__version__) >= "2.0.0"
_WIDTH = {"bf16": "BF16", "f32": "FP32"}


class TritonPythonModel:
    """One instance: one compiled model on `threads` threads."""

    def initialize(self, args: dict[str, str]) -> None:
        """Compile the file beside this one, and hold its tensors against the configuration's."""
        config = json.loads(args["model_config"])
        parameters = {name: value["string_value"] for name, value in config["parameters"].items()}
        self._inputs = {tensor["name"]: _TYPES[tensor["data_type"]] for tensor in config["input"]}
        self._outputs = [tensor["name"] for tensor in config["output"]]
        self._sizes = [int(size) for size in parameters["batch_sizes"].split(",")]
        core = openvino.Core()
        model = core.read_model(Path(__file__).with_name("model.onnx"))
        _check(model.inputs, config["input"])
        _check(model.outputs, config["output"])
        precision = _precision(core, parameters["precision"])
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": precision,
                "INFERENCE_NUM_THREADS": int(parameters["threads"]),
                "NUM_STREAMS": 1,
                # Each instance is a process of its own, and all would be pinned to the same first cores.
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._request = compiled.create_infer_request()
        version = parameters.get(f"version_{args['model_version']}", "without a name")
        pb_utils.Logger.log_info(f"fusion {version}: OpenVINO {openvino.__version__} in {precision}")

    def execute(self, requests: list[Any]) -> list[Any]:
        """Answer the requests, all of one padded length."""
        arrays = [[_array(request, name) for name in self._inputs] for request in requests]
        bounds = np.cumsum([columns[0].shape[0] for columns in arrays])
        inputs = {
            name: np.concatenate([columns[place] for columns in arrays]).astype(dtype, copy=False)
            for place, (name, dtype) in enumerate(self._inputs.items())
        }
        step = self._sizes[-1]
        parts = [self._computed(inputs, start, start + step) for start in range(0, int(bounds[-1]), step)]
        outputs = [(name, np.concatenate([part[name] for part in parts])) for name in self._outputs]
        return [
            pb_utils.InferenceResponse([_tensor(name, array[start:end]) for name, array in outputs])
            for start, end in zip([0, *bounds[:-1]], bounds, strict=True)
        ]

    def _computed(self, inputs: dict[str, np.ndarray[Any, Any]], start: int, end: int) -> dict[str, Any]:
        """Return the outputs of these rows, at most the largest size, computed at once."""
        few = {name: array[start:end] for name, array in inputs.items()}
        rows = len(next(iter(few.values())))
        size = next(size for size in self._sizes if rows <= size)
        self._request.infer({name: _filled(array, size) for name, array in few.items()}, share_inputs=True)
        return {name: self._request.get_tensor(name).data[:rows].copy() for name in self._outputs}


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
