"""Whether a Triton serves the model that this program was built for: names, types, shapes and version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stream_app.adapters.triton_versions import version_parameter
from stream_app.errors import ServerRejected
from stream_app.pipeline.tensors import INPUTS, MAY_LACK, MODEL_NAME, OF_FURTHER_NETWORKS, OUTPUTS, SEQUENCE, Tensor

_BATCH_AXIS = -1
_CURE = "let STREAM_APP_MODEL_REPOSITORY and the server's repository hold the same model"


def check_version(config: Any, *, number: int, version: str, address: str) -> None:  # noqa: ANN401  (protobuf)
    """Raise ServerRejected where the answer of Triton's ModelConfig call has another version under this number."""
    parameters, name = config.parameters, version_parameter(number)
    told = parameters[name].string_value if name in parameters else "unknown"
    if told != version:
        raise ServerRejected(f"{_where(address)} is version {told}, not {version}: {_CURE}")


def check_tensors(metadata: Any, config: Any, *, address: str) -> int:  # noqa: ANN401  (protobuf)
    """Return the most rows of a batch; ServerRejected where tensors are not those of the table.

    Those of `MAY_LACK` may be missing (`reads_further`). `metadata` and `config` are the answers of Triton's
    ModelMetadata and ModelConfig calls.
    """
    _compare(metadata.inputs, INPUTS, _where(address))
    _compare(metadata.outputs, OUTPUTS, _where(address))
    if config.max_batch_size < 1:
        raise ServerRejected(f"{_where(address)} takes no batches: give max_batch_size in its config.pbtxt")
    return int(config.max_batch_size)


def reads_further(metadata: Any) -> bool:  # noqa: ANN401  (protobuf)
    """Tell whether the server reads with a version's further networks: then it has all outputs.

    Triton's ONNX Runtime backend, by which a GPU serves, computes the main network's file and nothing else.
    """
    return {tensor.name for tensor in metadata.outputs} >= OF_FURTHER_NETWORKS


def _where(address: str) -> str:
    return f"the model {MODEL_NAME} of Triton at {address}"


def _compare(served: Sequence[Any], expected: Sequence[Tensor], where: str) -> None:
    found = {tensor.name: (tensor.datatype, tuple(tensor.shape)) for tensor in served}
    for tensor in expected:
        if tensor.name in MAY_LACK and tensor.name not in found:
            continue
        wanted = tensor.dtype, (_BATCH_AXIS, *(-1 if size == SEQUENCE else size for size in tensor.shape))
        if found.get(tensor.name) != wanted:
            raise ServerRejected(
                f"{where} has {tensor.name} as {_said(found.get(tensor.name))}, not {_said(wanted)}: {_CURE}"
            )
    unknown = sorted(found.keys() - {tensor.name for tensor in expected})
    if unknown:
        raise ServerRejected(f"{where} has tensors that are not known here ({', '.join(unknown)}): {_CURE}")


def _said(tensor: tuple[str, tuple[int, ...]] | None) -> str:
    return f"{tensor[0]} {list(tensor[1])}" if tensor else "nothing"
