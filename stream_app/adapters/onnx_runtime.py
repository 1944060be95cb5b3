"""A model's file in this process by ONNX Runtime, beside which what is served is measured: needs `onnxruntime`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream_app.errors import NotInstalled

_QUIET = 3


class OnnxRuntime:
    """One session of one thread."""

    def __init__(self, file: Path) -> None:
        try:
            import onnxruntime  # noqa: PLC0415  (an extra)
        except ImportError:
            raise NotInstalled("this needs ONNX Runtime: pip install 'stream-app[train]'") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = 1, 1
        options.log_severity_level = _QUIET
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._told = [output.name for output in self._session.get_outputs()]
        self.version = f"onnxruntime {onnxruntime.__version__}"

    def infer(self, inputs: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        """Return the file's tensors for a batch, `[batch, …]`, whose rows all have one padded length."""
        return dict(zip(self._told, self._session.run(self._told, dict(inputs)), strict=True))
