"""OpenVINO without its tools for conversion: to import those forks a process that tells Google Analytics of it.

Where they cannot be imported, `openvino` does without them (2026.4.1). `model.py`, which Triton runs, does the
same.
"""

from __future__ import annotations

import sys

# None: not to be imported
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]

import openvino  # noqa: E402
from openvino import opset13  # noqa: E402

__all__ = ["openvino", "opset13"]
