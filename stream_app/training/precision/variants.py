"""The variants that are held against each other: which files are written of a network, and what computes each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from stream_app.adapters.onnx_runtime import OnnxRuntime
from stream_app.adapters.openvino import OpenVinoRuntime, local_report
from stream_app.training.evaluation import Infer
from stream_app.training.onnx_file import Store, write_each
from stream_app.training.onnx_weights import store_half
from stream_app.training.precision.int8 import Arrays, Static, dynamic, static, store
from stream_app.training.precision.parts import name_products, part_of
from stream_app.training.served import ServedNetwork

SERVED = "fp32"
"""The variant that the speed of the others is held against."""

_SINGLE, _HALF, _WHOLE, _SPARED, _DYNAMIC, _STORED = (
    f"{name}.onnx" for name in ("plain", "model", "int8_static", "int8_static_spared", "int8_dynamic", "int8_weights")
)
_BF16 = "bf16"


@dataclass(frozen=True, slots=True)
class Variant:
    """A file and what computes it; `precision` is OpenVINO's, None where ONNX Runtime computes."""

    name: str
    title: str
    file: Path
    precision: str | None = None

    def open(self) -> Infer:
        """Return what computes it, in one thread."""
        if self.precision:
            return OpenVinoRuntime(self.file, precision=self.precision).infer
        return OnnxRuntime(self.file).infer


@dataclass(frozen=True, slots=True)
class Quantising:
    """How static variants are made: `spared` parts (`parts.PARTS`) and layers stay in floats in the second of them."""

    static: Static
    spared: tuple[str, ...]
    batches: Sequence[Arrays]


def write_variants(
    network: ServedNetwork, folder: Path, how: Quantising, *, report: Callable[[str], None]
) -> list[Variant]:
    """Write the files into the folder and return the variants that this processor computes."""
    report("single precision")
    names = write_plain(network, folder / _SINGLE, {folder / _HALF: store_half, folder / _STORED: store})
    report("static int8")
    left = tuple(name for name in names if part_of(name) in how.spared)
    with tempfile.TemporaryDirectory() as ranges:
        for file, spared in ((_WHOLE, ()), (_SPARED, left)):
            changed = replace(how.static, spared=spared)
            static(folder / _SINGLE, folder / file, changed, batches=how.batches, kept=Path(ranges) / "ranges.json")
    report("dynamic int8")
    dynamic(folder / _SINGLE, folder / _DYNAMIC, narrow=how.static.narrow)
    return [one for one in _variants(folder, ", ".join(how.spared)) if one.precision != _BF16 or computes_bf16()]


def write_student(network: ServedNetwork, folder: Path, name: str) -> list[Variant]:
    """Write a smaller network as it would be exported, and with weights stored in 8 bits."""
    half, stored = folder / f"{name}.onnx", folder / f"{name}_int8_weights.onnx"
    write_each(network, {half: store_half, stored: store})
    return [
        Variant(name, f"{name}: fp32, OpenVINO", half, "f32"),
        Variant(f"{name}_int8_weights", f"{name}: fp32 with weights stored in int8, OpenVINO", stored, "f32"),
    ]


def write_plain(network: ServedNetwork, file: Path, others: Mapping[Path, Store] = MappingProxyType({})) -> list[str]:
    """Write the network in single precision, its products named after the modules, and return their names.

    The `others` are written beside it, as `write_each` does.
    """
    names: list[str] = []

    def name(model: ModelProto) -> None:
        names.extend(name_products(model, _matrices(network)))

    write_each(network, {file: name, **others})
    return names


def computes_bf16() -> bool:
    """Tell whether this processor computes in bf16 by itself."""
    return local_report().precision == _BF16


def _variants(folder: Path, spared: str) -> list[Variant]:
    return [
        Variant(SERVED, "fp32, OpenVINO", folder / _HALF, "f32"),
        Variant(_BF16, "bf16, OpenVINO", folder / _HALF, _BF16),
        Variant("fp32_onnxruntime", "fp32, ONNX Runtime", folder / _SINGLE),
        Variant("int8_static", "int8 static, ONNX Runtime", folder / _WHOLE),
        Variant("int8_static_openvino", "int8 static, OpenVINO", folder / _WHOLE, "f32"),
        Variant("int8_static_spared", f"int8 static but for {spared}, ONNX Runtime", folder / _SPARED),
        Variant("int8_static_spared_openvino", f"int8 static but for {spared}, OpenVINO", folder / _SPARED, "f32"),
        Variant("int8_dynamic", "int8 dynamic, ONNX Runtime", folder / _DYNAMIC),
        Variant("int8_weights", "fp32 with weights stored in int8, OpenVINO", folder / _STORED, "f32"),
    ]


def _matrices(network: ServedNetwork) -> Mapping[str, NDArray[np.float32]]:
    return {name: one.numpy() for name, one in network.network.state_dict().items() if one.ndim == 2}  # noqa: PLR2004
