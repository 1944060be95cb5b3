"""The most that the model gives on this machine: its file in this process, batches packed perfectly, nothing else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stream_app.adapters.batching import BatchLimits, pack
from stream_app.adapters.openvino import OpenVinoRuntime
from stream_app.pipeline.rows import ModelRow

STREAMS = 2
_WARM_UP_BATCHES = 8


def ceiling_rate(model_file: Path, rows: Sequence[ModelRow], limits: BatchLimits) -> float:
    """Return rows per second of the model alone, `STREAMS` streams of one thread each over fixed buckets."""
    runtime = OpenVinoRuntime(model_file, streams=STREAMS, threads=STREAMS, rows_at_once=limits.rows)
    batches = [batch.inputs() for batch in pack(rows, limits)]
    with ThreadPoolExecutor(STREAMS) as pool:
        list(pool.map(runtime.infer, batches[:_WARM_UP_BATCHES]))
        began = time.perf_counter()
        list(pool.map(runtime.infer, batches))
        return len(rows) / (time.perf_counter() - began)
