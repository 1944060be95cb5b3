"""The exported network in 8 bits: computed in them with fixed or running scales, or merely stored in them.

Static: q = round(x / s) + z for activations, with s and z a tensor, from what calibration texts showed; weights have a
scale for each output. Products are sums of whole numbers, everything between them stays in single precision. Dynamic:
s and z are taken from the batch at hand, so a row's answer follows its neighbours.
"""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from stream_app.training.precision.parts import PRODUCTS

Arrays = Mapping[str, NDArray[np.generic]]

_METHODS = {
    "minmax": CalibrationMethod.MinMax,
    "percentile": CalibrationMethod.Percentile,
    "entropy": CalibrationMethod.Entropy,
}
_LARGE = 1024
_MATRIX = 2
_MOST = 127


@dataclass(frozen=True, slots=True)
class Static:
    """How a network is quantised with fixed scales.

    `calibration` is minmax, percentile or entropy. `narrow` gives weights 7 bits: without instructions of VNNI, sums of
    8-bit products may overflow. `rounded_results` also rounds what products give. `spared` names stay in floats.
    """

    calibration: str = "percentile"
    percentile: float = 99.999
    narrow: bool = True
    rounded_results: bool = False
    spared: tuple[str, ...] = ()


def static(source: Path, target: Path, how: Static, *, batches: Sequence[Arrays], kept: Path | None = None) -> None:
    """Write the network with fixed scales; `kept` is a file in which ranges are kept for the next time."""
    options: dict[str, Any] = {
        "CalibStridedMinMax": 1,
        "CalibPercentile": how.percentile,
        "ActivationSymmetric": False,
        "WeightSymmetric": True,
    }
    if not how.rounded_results:
        options["OpTypesToExcludeOutputQuantization"] = list(PRODUCTS)
    with _silence():
        quantize_static(
            source,
            target,
            _Batches(batches),
            op_types_to_quantize=list(PRODUCTS),
            per_channel=True,
            reduce_range=how.narrow,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=list(how.spared),
            calibrate_method=_METHODS[how.calibration],
            extra_options=options,
            calibration_cache_path=kept,
        )


def dynamic(source: Path, target: Path, *, narrow: bool) -> None:
    """Write the network with scales that are taken from each batch."""
    with _silence():
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=list(PRODUCTS),
            per_channel=True,
            reduce_range=narrow,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )


def store(model: ModelProto) -> None:
    """Store each large matrix in 8 bits, with a scale a row of words or an output, and a DequantizeLinear before it."""
    opened = []
    for weight in list(model.graph.initializer):
        large = len(weight.dims) == _MATRIX and np.prod(weight.dims) >= _LARGE
        if not large or weight.data_type != TensorProto.FLOAT:
            continue
        axis = 0 if _is_by_rows(model, weight.name) else 1
        name, matrix = weight.name, numpy_helper.to_array(weight)
        scale = np.maximum(np.abs(matrix).max(axis=1 - axis), np.finfo(np.float32).tiny) / _MOST
        whole = np.rint(matrix / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        weight.CopyFrom(numpy_helper.from_array(whole, f"{name}.int8"))
        model.graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"))
        opened.append(helper.make_node("DequantizeLinear", [f"{name}.int8", f"{name}.scale"], [name], axis=axis))
    nodes = [*opened, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _is_by_rows(model: ModelProto, name: str) -> bool:
    """Tell whether the matrix has an output, or a word, a row: a table, or the weight of a Gemm that is turned."""
    for node in model.graph.node:
        if name in node.input:
            return node.op_type == "Gather" or any(one.name == "transB" and one.i for one in node.attribute)
    return False


class _Batches(CalibrationDataReader):  # type: ignore[misc]
    """Batches for calibration, read one by one so that only one is in memory with all that it leads to."""

    def __init__(self, batches: Sequence[Arrays]) -> None:
        self._batches = batches
        self._left = iter(batches)

    def __len__(self) -> int:
        return len(self._batches)

    def set_range(self, start_index: int, end_index: int) -> None:
        self._left = iter(self._batches[start_index:end_index])

    def get_next(self) -> dict[str, NDArray[np.generic]] | None:
        batch = next(self._left, None)
        return None if batch is None else dict(batch)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep what the library says of its own internals from standard output and the log."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        root.setLevel(level)
