"""A model repository with the fusion model's tensors and nothing learnt: each token's evidence is its own id.

Its parameters make it slow, or let it fail, for the first requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stream_app.pipeline.tensors import INPUTS, MODEL_NAME, OUTPUTS, Tensor

_MODEL = """\
import json
import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        parameters = {name: value["string_value"] for name, value in config["parameters"].items()}
        self.outputs = {tensor["name"]: tensor["dims"] for tensor in config["output"]}
        self.slow, self.failing = int(parameters["slow_requests"]), int(parameters["failing_requests"])
        self.seconds = float(parameters["slow_seconds"])

    def execute(self, requests):
        return [self.answer(pb_utils.get_input_tensor_by_name(request, "input_ids").as_numpy()) for request in requests]

    def answer(self, ids):
        self.slow, self.failing = self.slow - 1, self.failing - 1
        if self.slow >= 0:
            time.sleep(self.seconds)
        if self.failing >= 0:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("out of memory"))
        return pb_utils.InferenceResponse([pb_utils.Tensor(name, self.made(name, ids)) for name in self.outputs])

    def made(self, name, ids):
        rows, length = ids.shape
        array = np.zeros([rows] + [length if int(size) < 0 else int(size) for size in self.outputs[name]], np.float32)
        array[:] = ids[:, None, :] if name == "mention_evidence" else ids if name == "document_evidence" else 0.0
        return array
"""


def write_stand_in(
    folder: Path,
    *,
    version: str = "stand-in",
    outputs: Sequence[Tensor] = OUTPUTS,
    slow_requests: int = 0,
    slow_seconds: float = 0.0,
    failing_requests: int = 0,
) -> Path:
    """Write the repository and return its folder."""
    home = folder / MODEL_NAME / "1"
    home.mkdir(parents=True, exist_ok=True)
    (home / "model.py").write_text(_MODEL)
    parameters = {
        "version_1": version,
        "slow_requests": slow_requests,
        "slow_seconds": slow_seconds,
        "failing_requests": failing_requests,
    }
    lines = [f'name: "{MODEL_NAME}"\nbackend: "python"\nmax_batch_size: 16']
    lines += [_tensor("input", tensor) for tensor in INPUTS] + [_tensor("output", tensor) for tensor in outputs]
    lines += [f'parameters {{ key: "{key}" value {{ string_value: "{value}" }} }}' for key, value in parameters.items()]
    lines += ["instance_group [{ count: 1 kind: KIND_CPU }]", "dynamic_batching { }"]
    (home.parent / "config.pbtxt").write_text("\n".join(lines))
    return folder


def _tensor(side: str, tensor: Tensor) -> str:
    return f'{side} [{{ name: "{tensor.name}" data_type: TYPE_{tensor.dtype} dims: {list(tensor.shape)} }}]'
