"""Which products of an exported network belong to which part of it: what may be quantised, or left alone, together."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, numpy_helper

PRODUCTS = ("MatMul", "Gemm")
"""Operators that multiply; the others cost little."""

PARTS = ("query, key, value", "attention products", "attention output", "feed-forward in", "feed-forward out", "heads")
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "query, key, value": re.compile(r"\.attention\.self\.(query|key|value)$"),
    "attention products": re.compile(r"\.attention\.products\.\d+$"),
    "attention output": re.compile(r"\.attention\.output\.dense$"),
    "feed-forward in": re.compile(r"\.intermediate\.dense$"),
    "feed-forward out": re.compile(r"\blayer\.\d+\.output\.dense$"),
}
_LAYER = re.compile(r"\bencoder\.layer\.(\d+)\.")


def name_products(model: ModelProto, weights: Mapping[str, NDArray[np.float32]]) -> list[str]:
    """Name each product after the module whose weight it multiplies by, and return the names in order.

    `weights` are the network's matrices by name. Products of two activations inside the encoder are
    `….attention.products.N` of their layer; all others are of a head.
    """
    known = {_content(matrix): name.removesuffix(".weight") for name, matrix in weights.items() if matrix.ndim > 1}
    known |= {_content(matrix.T): name.removesuffix(".weight") for name, matrix in weights.items() if matrix.ndim > 1}
    held = {one.name: known.get(_content(numpy_helper.to_array(one))) for one in model.graph.initializer}
    names: list[str] = []
    layer = ""
    for node in (one for one in model.graph.node if one.op_type in PRODUCTS):
        module = next((held[name] for name in node.input if held.get(name)), None)
        if module and (found := _LAYER.search(module)):
            layer = module[: found.end()] if module.endswith((".query", ".key", ".value")) else ""
        name = module or (f"{layer}attention.products.{len(names)}" if layer else f"heads.products.{len(names)}")
        names.append(name if name not in names else f"{name}.{len(names)}")
        node.name = names[-1]
    return names


def part_of(name: str) -> str:
    """Return which of `PARTS` a named product belongs to."""
    return next((part for part, pattern in _PATTERNS.items() if pattern.search(name)), "heads")


def layer_of(name: str) -> int | None:
    """Return the number of the encoder's layer that a named product belongs to, None for the heads."""
    found = _LAYER.search(name)
    return int(found[1]) if found else None


def _content(matrix: NDArray[np.generic]) -> tuple[tuple[int, ...], bytes]:
    return matrix.shape, np.ascontiguousarray(matrix).tobytes()
