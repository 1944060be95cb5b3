"""Products are named after the parts that they belong to, and the gate says what may be served."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from stream_app.errors import DataError
from stream_app.pipeline.tensors import OUTPUTS, SEQUENCE
from stream_app.promotion.gate import check_loss, most_lost
from stream_app.training.evaluation import Arrays
from stream_app.training.judged import HeadScore
from stream_app.training.precision.int8 import store
from stream_app.training.precision.kept import Kept
from stream_app.training.precision.measure import largest_change
from stream_app.training.precision.parts import layer_of, name_products, part_of
from stream_app.training.precision.study import Measured
from tests.model_rows import model_row

LAYER = "encoder.encoder.layer.4"
SCORE = HeadScore(rows=100, accuracy=0.9, macro_f1=0.9, calibration_error=0.02)


def measured(*, lost: float = 0.0, moved: float = 0.0) -> Measured:
    return Measured("v", "V", {"document": SCORE}, 100.0, 1.0, moved, 1000, "document", lost)


@pytest.mark.parametrize(
    ("name", "part", "layer"),
    [
        (f"{LAYER}.attention.self.key", "query, key, value", 4),
        (f"{LAYER}.attention.products.35", "attention products", 4),
        (f"{LAYER}.attention.output.dense", "attention output", 4),
        (f"{LAYER}.intermediate.dense", "feed-forward in", 4),
        (f"{LAYER}.output.dense", "feed-forward out", 4),
        ("topic_head.1", "heads", None),
    ],
)
def test_product_belongs_to_a_part_and_a_layer(name: str, part: str, layer: int | None) -> None:
    assert (part_of(name), layer_of(name)) == (part, layer)


def test_products_are_named_after_the_weights_that_they_multiply_by() -> None:
    rng = np.random.default_rng(1)
    query, dense = (rng.normal(size=(4, 4)).astype(np.float32) for _ in range(2))
    nodes = [
        helper.make_node("MatMul", ["x", "w1"], ["a"]),
        helper.make_node("MatMul", ["a", "a"], ["b"]),
        helper.make_node("MatMul", ["b", "w2"], ["y"]),
    ]
    held = [numpy_helper.from_array(query.T, "w1"), numpy_helper.from_array(dense.T, "w2")]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 4]) for name in "xy")
    model = helper.make_model(helper.make_graph(nodes, "g", [x], [y], held))
    weights = {f"{LAYER}.attention.self.query.weight": query, f"{LAYER}.attention.output.dense.weight": dense}
    names = name_products(model, weights)
    assert [part_of(name) for name in names] == ["query, key, value", "attention products", "attention output"]
    assert [node.name for node in model.graph.node] == names


def test_stored_weights_are_at_most_half_a_step_away() -> None:
    matrix = np.random.default_rng(2).normal(size=(64, 32)).astype(np.float32)
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 32])
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    model = helper.make_model(helper.make_graph([node], "g", [x], [y], [numpy_helper.from_array(matrix, "w")]))
    store(model)
    whole, scale = (numpy_helper.to_array(one) for one in model.graph.initializer)
    assert whole.dtype == np.int8
    assert (np.abs(whole * scale - matrix) <= scale / 2 + 1e-6).all()


@pytest.mark.parametrize("name", ["document_probabilities", "mention_relevance", "mention_statements"])
def test_answer_that_follows_its_neighbours_is_seen_whichever_it_is(name: str) -> None:
    def infer(inputs: Arrays) -> Arrays:
        rows, tokens = inputs["input_ids"].shape
        sizes = {one.name: (rows, *(tokens if n == SEQUENCE else n for n in one.shape)) for one in OUTPUTS}
        said = {tensor: np.zeros(size, np.float32) for tensor, size in sizes.items()}
        said[name] += 0.25 * (rows > 1)
        return said

    rows = [model_row(6, mentions=1) for _ in range(3)]
    assert largest_change(infer, rows) == pytest.approx(0.25)


def test_variant_that_loses_or_follows_its_neighbours_does_not_pass() -> None:
    assert measured(lost=0.003).passes
    assert not measured(lost=0.0031).passes
    assert not measured(moved=0.01).passes


def test_gate_names_the_head_that_lost_most() -> None:
    full, served = {"document": 0.9, "mention": 0.9}, {"document": 0.899, "mention": 0.89}
    assert most_lost(full, served)[0] == "mention"
    with pytest.raises(DataError, match="mention head loses"):
        check_loss(full, served)


def test_a_figure_that_an_interruption_left_half_is_made_anew(tmp_path: Path) -> None:
    kept, made = Kept(tmp_path, "sets"), {"moved": 0.5}
    for content in (b"", b'{"of": ["sets"', b"[]"):
        (tmp_path / "int8.json").write_bytes(content)
        assert kept.or_made("int8", "digest", lambda: made) == made
    assert kept.or_made("int8", "digest", dict) == made
