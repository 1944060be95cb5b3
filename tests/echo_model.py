"""A model repository that doubles numbers: what Triton needs to be tried without a trained model."""

from __future__ import annotations

from pathlib import Path

_CONFIG = """\
name: "echo"
backend: "python"
max_batch_size: 8
input [{{ name: "x" data_type: TYPE_FP32 dims: [4] }}]
output [{{ name: "y" data_type: TYPE_FP32 dims: [4] }}]
instance_group [{{ count: {instances} kind: KIND_CPU }}]
parameters {{ key: "factor" value: {{ string_value: "{factor}" }} }}
"""
_MODEL = """\
import json
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.factor = float(json.loads(args["model_config"])["parameters"]["factor"]["string_value"])

    def execute(self, requests):
        return [self.answer(pb_utils.get_input_tensor_by_name(request, "x").as_numpy()) for request in requests]

    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.factor)])
"""


def write_echo_repository(folder: Path, *, model: str = _MODEL) -> Path:
    """Write the repository, with the alternative configuration `triple`; return its folder."""
    version = folder / "echo" / "1"
    version.mkdir(parents=True)
    (version / "model.py").write_text(model)
    (version.parent / "config.pbtxt").write_text(_CONFIG.format(instances=2, factor="2"))
    alternatives = version.parent / "configs"
    alternatives.mkdir()
    (alternatives / "triple.pbtxt").write_text(_CONFIG.format(instances=1, factor="3"))
    return folder
