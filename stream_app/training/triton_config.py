"""Triton's configurations of the model, made of the table of tensors: one for CPU, one for a GPU, same weights."""

from __future__ import annotations

from pathlib import Path

from stream_app.pipeline.tensors import BUCKETS, INPUTS, MODEL_NAME, OUTPUTS, ROWS_AT_ONCE, SEQUENCE, Tensor

MAX_BATCH = 64
BATCH_SIZES = (1, 2, 4, ROWS_AT_ONCE)
_WARM_UP_TOKENS = 512
_PREFERRED = (16, 32, MAX_BATCH)
_QUEUE_DELAY_MICROSECONDS = 1000
_CPU_INSTANCES, _CPU_THREADS = 2, 1


def write_configs(model: Path, version: str) -> None:
    """Write `config.pbtxt` and `configs/gpu.pbtxt` into the model's folder, both telling `version`."""
    (model / "configs").mkdir(parents=True, exist_ok=True)
    (model / "config.pbtxt").write_text(cpu_config(version))
    (model / "configs" / "gpu.pbtxt").write_text(gpu_config(version))


def cpu_config(version: str) -> str:
    """Return the configuration for the Python backend, `model.py` over OpenVINO."""
    parameters = {
        "version": version,
        "precision": "auto",
        "threads": str(_CPU_THREADS),
        "batch_sizes": ",".join(map(str, BATCH_SIZES)),
    }
    head = f'name: "{MODEL_NAME}"\nbackend: "python"'
    return _config(head, parameters, instances=f"count: {_CPU_INSTANCES}\n    kind: KIND_CPU")


def gpu_config(version: str) -> str:
    """Return the configuration for the ONNX Runtime backend, which `--model-config-name=gpu` chooses."""
    head = f'name: "{MODEL_NAME}"\nbackend: "onnxruntime"\ndefault_model_filename: "model.onnx"'
    return _config(head, {"version": version}, instances="count: 1\n    kind: KIND_GPU")


def _config(head: str, parameters: dict[str, str], *, instances: str) -> str:
    preferred = ", ".join(map(str, _PREFERRED))
    batching = f"  preferred_batch_size: [ {preferred} ]\n  max_queue_delay_microseconds: {_QUEUE_DELAY_MICROSECONDS}"
    sections = [
        "# Written by `stream-app model export`; the tensors are those of stream_app/pipeline/tensors.py.",
        f"{head}\nmax_batch_size: {MAX_BATCH}",
        f"input [\n{_tensors(INPUTS)}\n]",
        f"output [\n{_tensors(OUTPUTS)}\n]",
        f"dynamic_batching {{\n{batching}\n}}",
        f"instance_group [\n  {{\n    {instances}\n  }}\n]",
        "version_policy { latest { num_versions: 1 } }",
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
