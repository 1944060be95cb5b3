"""What reaches the model repository: configurations that match the table of tensors, and no model that got worse."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from stream_app.adapters.openvino import RuntimeReport
from stream_app.errors import DataError
from stream_app.pipeline.tensors import BUCKETS, INPUTS, OF_FURTHER_NETWORKS, OUTPUTS, Tensor
from stream_app.training.evaluation import HeadScore
from stream_app.training.export import Exported, check
from stream_app.training.triton_config import cpu_config, gpu_config

OF_MAIN = tuple(tensor for tensor in OUTPUTS if tensor.name not in OF_FURTHER_NETWORKS)
MODEL = Path(__file__).parents[3] / "model_repo" / "fusion"
GOOD = HeadScore(rows=1000, accuracy=0.88, macro_f1=0.86, calibration_error=0.02)
DONE = Exported(
    number=1,
    version="fusion-1-abc",
    sha256="abc",
    bytes=48_000_000,
    temperatures={},
    before={"mention": GOOD},
    fp32={"mention": GOOD},
    served={"mention": GOOD},
    runtime=RuntimeReport("openvino", "bf16", ()),
)


@pytest.mark.parametrize(("config", "outputs"), [(cpu_config({1: "v"}), OUTPUTS), (gpu_config({1: "v"}), OF_MAIN)])
def test_configuration_has_the_tensors_of_the_table(config: str, outputs: tuple[Tensor, ...]) -> None:
    """ONNX Runtime, on a GPU, refuses outputs that the main network's file does not have."""
    found = re.findall(r'^  \{ name: "(\w+)" data_type: TYPE_(\w+) dims: \[ (.*) \] \}', config, re.MULTILINE)
    expected = [(one.name, one.dtype, ", ".join(map(str, one.shape))) for one in (*INPUTS, *outputs)]
    assert found == expected


def test_every_bucket_is_warmed_up() -> None:
    assert re.findall(r'name: "tokens_(\d+)"', cpu_config({})) == [str(bucket) for bucket in BUCKETS]


def test_server_on_cpu_chooses_a_batch_only_once_an_instance_is_free() -> None:
    # what Triton takes as the sign for it: a queue whose requests may bring time-outs
    assert "allow_timeout_override: true" in cpu_config({})


def test_shipped_configurations_are_those_that_export_writes() -> None:
    shipped = (MODEL / "config.pbtxt").read_text()
    (version,) = re.findall(r'key: "version_1" value \{ string_value: "([^"]+)" \}', shipped)
    assert shipped == cpu_config({1: version})
    assert (MODEL / "configs" / "gpu.pbtxt").read_text() == gpu_config({1: version})


def test_model_that_loses_over_three_tenths_of_a_point_is_refused() -> None:
    check(replace(DONE, served={"mention": replace(GOOD, accuracy=0.878)}))
    with pytest.raises(DataError, match="mention head loses"):
        check(replace(DONE, served={"mention": replace(GOOD, accuracy=0.876)}))


def test_file_over_fifty_megabytes_is_refused() -> None:
    with pytest.raises(DataError, match="50000000"):
        check(replace(DONE, bytes=50_000_000))
