"""Weights take fewer bytes in the file, and come out nearly as they went in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from stream_app.training.onnx_weights import floats_of, store_bytes, store_half

WORDS, INPUTS, OUTPUTS = 40, 128, 96
RNG = np.random.default_rng(4)
TABLE, PRODUCT = (RNG.normal(size=shape).astype(np.float32) for shape in ((WORDS, INPUTS), (INPUTS, OUTPUTS)))
# One output is far smaller than the others, and half of another's inputs are: neither may drown in their scale.
PRODUCT[:, 3] *= 1e-3
PRODUCT[:64, 5] *= 1e-3
IDS = np.arange(WORDS, dtype=np.int32)[:, None]


def model() -> ModelProto:
    """Return a network that looks words up and multiplies them."""
    nodes = [helper.make_node("Gather", ["table", "ids"], ["words"]), helper.make_node("MatMul", ["words", "w"], ["y"])]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, ["batch", 1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 1, OUTPUTS])],
        [numpy_helper.from_array(TABLE, "table"), numpy_helper.from_array(PRODUCT, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


@pytest.mark.parametrize(("store", "share", "error"), [(store_half, 0.51, 2e-3), (store_bytes, 0.29, 2e-2)])
def test_stored_weights_are_smaller_and_answer_nearly_the_same(
    store: Callable[[ModelProto], None], share: float, error: float, tmp_path: Path
) -> None:
    small = model()
    store(small)
    onnx.checker.check_model(small)
    assert small.ByteSize() < share * model().ByteSize()
    (tmp_path / "small.onnx").write_bytes(small.SerializeToString())
    expected = TABLE @ PRODUCT
    answer = onnxruntime.InferenceSession(tmp_path / "small.onnx").run(["y"], {"ids": IDS})[0][:, 0]
    np.testing.assert_array_less(np.abs(answer - expected).max(axis=0), error * np.abs(expected).max(axis=0))


@pytest.mark.parametrize("store", [store_half, store_bytes])
def test_weights_that_come_out_of_a_file_are_stored_as_they_are(store: Callable[[ModelProto], None]) -> None:
    once, again = model(), model()
    store(once)
    for weight in again.graph.initializer:
        weight.CopyFrom(numpy_helper.from_array(floats_of(once)[weight.name], weight.name))
    store(again)
    for name, array in floats_of(once).items():
        assert np.array_equal(floats_of(again)[name], array), name
