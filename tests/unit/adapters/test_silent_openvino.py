"""Neither this process nor Triton's loads what reports home when OpenVINO is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import MODEL_REPOSITORY

_HERE = "import stream_app.adapters.openvino"
_IN_TRITON = f"""
sys.modules['triton_python_backend_utils'] = types.ModuleType('triton_python_backend_utils')
runpy.run_path({str(MODEL_REPOSITORY / "fusion" / "1" / "model.py")!r})
"""


@pytest.mark.parametrize("loads", [_HERE, _IN_TRITON], ids=["process", "triton"])
def test_nothing_is_told_of_an_import(loads: str) -> None:
    told = "assert 'openvino' in sys.modules\nprint('openvino_telemetry' in sys.modules)"
    code = f"import runpy, sys, types\n{loads}\n{told}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
