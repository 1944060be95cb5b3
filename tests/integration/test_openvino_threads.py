"""The model in this process: what threads may ask of it at once."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import MODEL_REPOSITORY

# The trap is open once in the life of a process; without a read beforehand it caught 7 of 18.
PROCESSES = 4
PATIENCE_SECONDS = 40
_FIRST_READS = """
import sys, threading
from pathlib import Path
import numpy as np
from stream_app.adapters.openvino import OpenVinoRuntime
from stream_app.pipeline.tensors import INPUTS, SEQUENCE

runtime = OpenVinoRuntime(Path(sys.argv[1]), streams=2, threads=2)
types = {"INT32": np.int32, "FP32": np.float32}
row = {one.name: np.zeros((1, *(16 if n == SEQUENCE else n for n in one.shape)), types[one.dtype]) for one in INPUTS}
sys.setswitchinterval(1e-6)
ready = threading.Barrier(4)

def read():
    ready.wait()
    runtime.infer(row)

threads = [threading.Thread(target=read) for _ in range(ready.parties)]
for one in threads:
    one.start()
"""


def test_threads_that_compute_at_once_from_the_start_do_not_wait_for_each_other_for_ever() -> None:
    command = [sys.executable, "-c", _FIRST_READS, MODEL_REPOSITORY / "fusion" / "1" / "model.onnx"]
    ended = [subprocess.run(command, check=False, timeout=PATIENCE_SECONDS) for _ in range(PROCESSES)]
    assert [one.returncode for one in ended] == [0] * PROCESSES
