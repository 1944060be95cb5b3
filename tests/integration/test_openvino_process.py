"""The model in this process: what threads may ask of it at once, and that signals are still heard beside it."""

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
_SIGNAL_AFTER_MODELS = """
import gc, signal, sys
from pathlib import Path
from stream_app.adapters.openvino import OpenVinoRuntime

first, second = (OpenVinoRuntime(Path(sys.argv[1])) for _ in range(2))
del first
gc.collect()
del second
gc.collect()
heard = []
signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
signal.raise_signal(signal.SIGTERM)
assert heard == [signal.SIGTERM]
"""
MODEL = MODEL_REPOSITORY / "fusion" / "1" / "model.onnx"


def test_threads_that_compute_at_once_from_the_start_do_not_wait_for_each_other_for_ever() -> None:
    command = [sys.executable, "-c", _FIRST_READS, MODEL]
    ended = [subprocess.run(command, check=False, timeout=PATIENCE_SECONDS) for _ in range(PROCESSES)]
    assert [one.returncode for one in ended] == [0] * PROCESSES


def test_signal_is_heard_after_two_models_were_opened_and_let_go() -> None:
    command = [sys.executable, "-c", _SIGNAL_AFTER_MODELS, MODEL]
    assert subprocess.run(command, check=False, timeout=PATIENCE_SECONDS).returncode == 0
