"""How an ONNX file stores its large weights: smaller than it computes with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

_LARGE = 1024
_BYTE_MOST = 127
_GROUP = 64
_HALF, _BYTES, _SCALES, _SHAPE = ".half", ".bytes", ".scales", ".shape"


def store_half(model: ModelProto) -> None:
    """Store each large weight as float16, with a Cast to float32 before its uses."""
    casts = []
    for weight in _large(model):
        name, stored = weight.name, f"{weight.name}{_HALF}"
        weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))
    _prepend(model, casts)


def floats_of(model: ModelProto) -> dict[str, NDArray[np.float32]]:
    """Return a file's floating-point weights by the names that they had before they were stored smaller."""
    stored = {one.name: one for one in model.graph.initializer}
    found = {
        name.removesuffix(_HALF): numpy_helper.to_array(one).astype(np.float32)
        for name, one in stored.items()
        if one.data_type in {TensorProto.FLOAT, TensorProto.FLOAT16} and not name.endswith(_SCALES)
    }
    for name in (one.removesuffix(_BYTES) for one in stored if one.endswith(_BYTES)):
        parts = (numpy_helper.to_array(stored[name + part]) for part in (_BYTES, _SCALES, _SHAPE))
        rounded, scales, shape = parts
        found[name] = (rounded.astype(np.float32) * scales.astype(np.float32)).reshape(shape)
    return found


def store_bytes(model: ModelProto) -> None:
    """Store each large matrix as int8 with a scale for each 64 inputs of an output, other large weights as float16.

    They are made float32 again before their uses: no input is ever rounded, so a row's result depends on itself alone.
    """
    axes = _output_axes(model)
    nodes = []
    for weight in _large(model):
        if weight.name in axes:
            nodes += _stored(model, weight, axes[weight.name])
    _prepend(model, nodes)
    store_half(model)


def _stored(model: ModelProto, weight: TensorProto, axis: int) -> list[NodeProto]:
    """Replace the weight by bytes, scales and a shape; return the nodes that make it of them."""
    name = weight.name
    bytes_, scales, shape = f"{name}{_BYTES}", f"{name}{_SCALES}", f"{name}{_SHAPE}"
    rounded, steps = _rounded(numpy_helper.to_array(weight), axis)
    whole = np.array(weight.dims, dtype=np.int64)
    weight.CopyFrom(numpy_helper.from_array(rounded, bytes_))
    model.graph.initializer.append(numpy_helper.from_array(steps, scales))
    model.graph.initializer.append(numpy_helper.from_array(whole, shape))
    return [
        helper.make_node("Cast", [bytes_], [f"{bytes_}.float"], to=TensorProto.FLOAT),
        helper.make_node("Cast", [scales], [f"{scales}.float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{bytes_}.float", f"{scales}.float"], [f"{name}.groups"]),
        helper.make_node("Reshape", [f"{name}.groups", shape], [name]),
    ]


def _large(model: ModelProto) -> list[TensorProto]:
    return [
        weight
        for weight in model.graph.initializer
        if weight.data_type == TensorProto.FLOAT and np.prod(weight.dims) >= _LARGE
    ]


def _output_axes(model: ModelProto) -> dict[str, int]:
    """Return the axis of its outputs (columns, or vectors that are looked up) for each matrix that is read one way."""
    axes: dict[str, set[int | None]] = {}
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            axes.setdefault(name, set()).add(_axis(node, place))
    matrices = {weight.name for weight in model.graph.initializer if len(weight.dims) == 2}  # noqa: PLR2004  (a matrix)
    return {
        name: axis
        for name, found in axes.items()
        if name in matrices and len(found) == 1 and (axis := next(iter(found))) is not None
    }


def _axis(node: NodeProto, place: int) -> int | None:
    if node.op_type == "Gather" and place == 0:
        return 0
    if node.op_type == "MatMul" and place == 1:
        return 1
    if node.op_type == "Gemm" and place == 1:
        return 0 if any(one.name == "transB" and one.i for one in node.attribute) else 1
    return None


def _rounded(weight: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Return the bytes, whose inputs are split into groups, and a scale for each group of each output."""
    inputs = weight.shape[1 - axis]
    size = _GROUP if inputs % _GROUP == 0 else inputs
    shape = (inputs // size, size, weight.shape[1]) if axis else (weight.shape[0], inputs // size, size)
    groups = weight.reshape(shape)
    most = np.abs(groups).max(axis=1 if axis else 2, keepdims=True)
    scales = np.where(most > 0, most / np.float32(_BYTE_MOST), 1.0).astype(np.float16)
    steps = np.where(scales > 0, scales, np.float16(1.0)).astype(np.float32)
    return np.clip(np.rint(groups / steps), -_BYTE_MOST, _BYTE_MOST).astype(np.int8), scales


def _prepend(model: ModelProto, nodes: list[NodeProto]) -> None:
    whole = [*nodes, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(whole)
