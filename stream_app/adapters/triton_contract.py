"""Whether a Triton serves the model that this program was built for: names, types, shapes and version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stream_app.errors import ServerRejected
from stream_app.pipeline.tensors import INPUTS, MODEL_NAME, OUTPUTS, SEQUENCE, Tensor

VERSION_PARAMETER = "version"
"""The parameter of `config.pbtxt` by which a server tells the version of `metadata.json`."""

_BATCH_AXIS = -1
_CURE = "let STREAM_APP_MODEL_REPOSITORY and the server's repository hold the same model"


@dataclass(frozen=True, slots=True)
class Served:
    """What a server says of its model; `max_batch_size` in rows."""

    version: str
    max_batch_size: int


def check_served(metadata: Any, config: Any, *, version: str, address: str) -> Served:  # noqa: ANN401  (protobuf)
    """Return what `address` serves; ServerRejected where it is not the model of `version`.

    `metadata` and `config` are the answers of Triton's ModelMetadata and ModelConfig calls.
    """
    where = f"the model {MODEL_NAME} of Triton at {address}"
    _check_tensors(metadata.inputs, INPUTS, where)
    _check_tensors(metadata.outputs, OUTPUTS, where)
    served = Served(_version(config.parameters), config.max_batch_size)
    if served.version != version:
        raise ServerRejected(f"{where} is version {served.version or 'unknown'}, not {version}: {_CURE}")
    if served.max_batch_size < 1:
        raise ServerRejected(f"{where} takes no batches: give max_batch_size in its config.pbtxt")
    return served


def _version(parameters: Mapping[str, Any]) -> str:
    return str(parameters[VERSION_PARAMETER].string_value) if VERSION_PARAMETER in parameters else ""


def _check_tensors(served: Sequence[Any], expected: Sequence[Tensor], where: str) -> None:
    found = {tensor.name: (tensor.datatype, tuple(tensor.shape)) for tensor in served}
    for tensor in expected:
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
