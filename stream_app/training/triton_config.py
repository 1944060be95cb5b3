"""Triton's configurations of the model, made of the table of tensors: one for CPU, one for a GPU, same weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stream_app.adapters.triton_versions import with_versions
from stream_app.adapters.whole_file import write_whole
from stream_app.pipeline.tensors import (
    BUCKETS,
    INPUTS,
    MODEL_NAME,
    OF_FURTHER_NETWORKS,
    OUTPUTS,
    ROWS_AT_ONCE,
    SEQUENCE,
    Tensor,
)

MAX_BATCH = 64
BATCH_SIZES = (1, 2, 4, ROWS_AT_ONCE)
_WARM_UP_TOKENS = 512
_PREFERRED = (16, 32, MAX_BATCH)
_QUEUE_DELAY_MICROSECONDS = 1000
# A queue whose requests may bring time-outs makes Triton choose a batch only once an instance is free. Else it chooses
# one ahead, and while that waits, its scheduler looks without a pause at a next request of another length (2.51:
# 1.3 ms of processor time a post; 0.1 ms so, measured 2026-11-29).
_CHOSEN_LATE = "\n  default_queue_policy { allow_timeout_override: true }"
_CPU_INSTANCES, _CPU_THREADS = 2, 1

_TITLE = """\
# Written by `stream-app model export`; the tensors are those of stream_app/pipeline/tensors.py. What is said of
# versions, at the end, is written again by `stream-app model promote`; the rest is yours to change."""


def write_missing_configs(model: Path) -> None:
    """Write `config.pbtxt` and `configs/gpu.pbtxt` into the model's folder, where they are not; of no version yet."""
    (model / "configs").mkdir(parents=True, exist_ok=True)
    for file, config in ((model / "config.pbtxt", cpu_config), (model / "configs" / "gpu.pbtxt", gpu_config)):
        if not file.exists():
            write_whole(file, config({}))


def cpu_config(versions: Mapping[int, str]) -> str:
    """Return the configuration for the Python backend, `model.py` over OpenVINO; `versions` by their numbers."""
    parameters = {
        "precision": "auto",
        "threads": str(_CPU_THREADS),
        "batch_sizes": ",".join(map(str, BATCH_SIZES)),
    }
    head = f'name: "{MODEL_NAME}"\nbackend: "python"'
    instances = f"count: {_CPU_INSTANCES}\n    kind: KIND_CPU"
    return with_versions(_config(head, parameters, instances=instances, queue=_CHOSEN_LATE), versions)


def gpu_config(versions: Mapping[int, str]) -> str:
    """Return the configuration for the ONNX Runtime backend, which `--model-config-name=gpu` chooses.

    It serves the main network's file alone, and refuses outputs that a file does not have.
    """
    head = f'name: "{MODEL_NAME}"\nbackend: "onnxruntime"\ndefault_model_filename: "model.onnx"'
    outputs = tuple(tensor for tensor in OUTPUTS if tensor.name not in OF_FURTHER_NETWORKS)
    config = _config(head, {}, instances="count: 1\n    kind: KIND_GPU", outputs=outputs)
    return with_versions(config, versions)


def _config(
    head: str, parameters: dict[str, str], *, instances: str, outputs: tuple[Tensor, ...] = OUTPUTS, queue: str = ""
) -> str:
    preferred = ", ".join(map(str, _PREFERRED))
    batching = (
        f"  preferred_batch_size: [ {preferred} ]\n  max_queue_delay_microseconds: {_QUEUE_DELAY_MICROSECONDS}{queue}"
    )
    sections = [
        _TITLE,
        f"{head}\nmax_batch_size: {MAX_BATCH}",
        f"input [\n{_tensors(INPUTS)}\n]",
        f"output [\n{_tensors(outputs)}\n]",
        f"dynamic_batching {{\n{batching}\n}}",
        f"instance_group [\n  {{\n    {instances}\n  }}\n]",
        *(f'parameters {{ key: "{key}" value {{ string_value: "{value}" }} }}' for key, value in parameters.items()),
        *(_warm_up(bucket) for bucket in BUCKETS),
    ]
    return "\n".join(sections) + "\n"


def _tensors(tensors: tuple[Tensor, ...]) -> str:
    return ",\n".join(
        f'  {{ name: "{one.name}" data_type: TYPE_{one.dtype} dims: [ {", ".join(map(str, one.shape))} ] }}'
        for one in tensors
    )


def _warm_up(bucket: int) -> str:
    inputs = "\n".join(
        f'  inputs {{ key: "{one.name}" value {{ data_type: TYPE_{one.dtype} '
        f"dims: [ {_dims(one, bucket)} ] zero_data: true }} }}"
        for one in INPUTS
    )
    rows = min(ROWS_AT_ONCE, _WARM_UP_TOKENS // bucket)
    return f'model_warmup {{\n  name: "tokens_{bucket}"\n  batch_size: {rows}\n{inputs}\n}}'


def _dims(tensor: Tensor, bucket: int) -> str:
    return ", ".join(str(bucket if size == SEQUENCE else size) for size in tensor.shape)
