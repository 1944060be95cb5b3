"""The fusion model's file in this process: what Triton's Python backend computes, without a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_app.adapters.silent_openvino import openvino, opset13
from stream_app.errors import DataError
from stream_app.pipeline.tensors import MAY_LACK, OUTPUTS, ROWS_AT_ONCE

_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class RuntimeReport:
    """What a result depends on beside the model's version; belongs into a run's manifest."""

    runtime: str
    precision: str
    processor_flags: tuple[str, ...]


class OpenVinoRuntime:
    """One compiled model; `infer` may be called from as many threads as there are streams."""

    def __init__(
        self,
        file: Path,
        *,
        precision: str | None = None,
        streams: int = 1,
        threads: int = 1,
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        """Compile `file`; `precision` is `bf16` or `f32`, None takes bf16 where the processor computes in it.

        With more `rows_at_once` than the default, a result may depend on the size of its batch.
        """
        self._rows_at_once = rows_at_once
        core = shared_core()
        self.precision = precision or _best_precision()
        options = {
            "INFERENCE_PRECISION_HINT": self.precision,
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": threads,
        }
        try:
            self._model = core.compile_model(_widened(core.read_model(file)), "CPU", options)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise DataError(f"{file} is no model that OpenVINO can run ({reason}); export it again") from error
        found = {name for port in self._model.outputs for name in port.get_names()}
        self._told = [tensor.name for tensor in OUTPUTS if tensor.name in found or tensor.name not in MAY_LACK]
        self._requests = local()
        _prepare_for_threads()

    @property
    def report(self) -> RuntimeReport:
        """What computes here."""
        return RuntimeReport(f"openvino {openvino.__version__}", self.precision, processor_flags())

    def infer(self, inputs: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        """Return the tensors of `OUTPUTS` for a batch, `[batch, …]`, whose rows all have one padded length.

        Those of `MAY_LACK` are zeros where the file does not have them.
        """
        rows, step = len(next(iter(inputs.values()))), self._rows_at_once
        parts = [
            self._computed({name: array[start : start + step] for name, array in inputs.items()})
            for start in range(0, rows, step)
        ]
        told = {name: np.concatenate([part[name] for part in parts]) for name in self._told}
        lacking = (tensor for tensor in OUTPUTS if tensor.name not in told)
        return told | {tensor.name: np.zeros((rows, *tensor.shape), np.float32) for tensor in lacking}

    def _computed(self, inputs: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        request = self._request()
        request.infer(dict(inputs))
        return {name: request.get_tensor(name).data.copy() for name in self._told}

    def _request(self) -> Any:  # noqa: ANN401  (openvino has no types)
        if not hasattr(self._requests, "own"):
            self._requests.own = self._model.create_infer_request()
        return self._requests.own


def _widened(model: openvino.Model) -> openvino.Model:
    """Return the model with weights of one byte as float32, to be multiplied by their scales before its first row.

    OpenVINO would keep them so, and choose its kernels by the number of rows: the last bits of a row then followed the
    size of its batch, and a row took a fifth longer (2026.4.1, AVX2; measured on the network for Chinese, 2026-11-29).
    """
    for operation in model.get_ordered_ops():
        stored = operation.input_value(0) if operation.get_type_name() == "Convert" else None
        if stored and stored.get_element_type() == openvino.Type.i8 and stored.get_node().get_type_name() == "Constant":
            whole = opset13.constant(stored.get_node().data.astype(np.float32))
            operation.output(0).replace(whole.output(0))
    return model


def _prepare_for_threads() -> None:
    """Read a tensor once, before threads do.

    OpenVINO makes a table at the first read, and lets go of the interpreter's lock amid it. A thread that comes then
    takes the lock and waits for the table: both wait for ever (2026.4.1; 7 of 18 processes whose threads began so).
    """
    _ = openvino.Tensor(np.zeros(1, dtype=np.float32)).data


@cache
def shared_core() -> openvino.Core:
    """Return the core of this process, which is never let go.

    With a core the thread that first asks for the processor gets another stack for signals, and loses it with the
    core. Where there were two, it may be left with one that is gone: the next signal that anything listens to, such as
    Ctrl-C, then kills the process (SIGSEGV; 2026.4.1).
    """
    return openvino.Core()


def processor_capabilities() -> tuple[str, ...]:
    """Return what OpenVINO says that this processor computes by itself, such as `BF16`."""
    return tuple(shared_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def _best_precision() -> str:
    return "bf16" if "BF16" in processor_capabilities() else "f32"


def local_report() -> RuntimeReport:
    """Return what computes on this machine where no precision is asked for, in this process or in Triton's."""
    return RuntimeReport(f"openvino {openvino.__version__}", _best_precision(), processor_flags())


def processor_flags() -> tuple[str, ...]:
    """Return which of the instruction sets that matter to a result this processor has; Linux only, else none."""
    try:
        lines = _CPUINFO.read_text().splitlines()
    except OSError:
        return ()
    found = next((line.split() for line in lines if line.startswith("flags")), [])
    return tuple(flag for flag in _FLAGS if flag in found)


def word_vectors(file: Path) -> int:
    """Return how many vectors of tokens a network's file holds; for an id beyond them it reads whatever lies there."""
    operations = shared_core().read_model(file).get_ops()
    tables = [one.input_value(0).get_partial_shape() for one in operations if one.get_type_name() == "Gather"]
    return max((table[0].get_length() for table in tables if len(table) > 1 and table.is_static), default=0)
