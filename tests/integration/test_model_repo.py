"""The shipped model on a real Triton: what it serves is the file's own answer, whoever else is in the batch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import orjson
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tritonclient.grpc import InferInput
from tritonclient.grpc.aio import InferenceServerClient

from stream_app.adapters.openvino import OpenVinoRuntime
from stream_app.pipeline.tensors import (
    BUCKETS,
    CONTEXT_FEATURES,
    INPUTS,
    KG_FEATURES,
    MENTION_SLOTS,
    MODEL_NAME,
    OUTPUTS,
    bucket_of,
)
from tests.conftest import MODEL_REPOSITORY

VERSION_FOLDER = MODEL_REPOSITORY / MODEL_NAME / "1"
WORDS = ("profit", "rose", "fell", "weak", "demand", "as", "regulator", "probes", "Tesla", "while", "Toyota", "slips")
Arrays = dict[str, NDArray[np.generic]]


@pytest.fixture(scope="module")
def runtime() -> OpenVinoRuntime:
    return OpenVinoRuntime(VERSION_FOLDER / "model.onnx")


@pytest.fixture
async def client(triton_url: str) -> AsyncIterator[InferenceServerClient]:
    async with InferenceServerClient(triton_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(VERSION_FOLDER / "tokenizer.json"))


def rows_of(tokenizer: Tokenizer, bucket: int, count: int) -> Arrays:
    """Return `count` different rows that all have the bucket as their padded length."""
    numbers = np.random.default_rng(bucket)
    shortest = max([8, *(other + 1 for other in BUCKETS if other < bucket)])
    encodings = []
    for length in numbers.integers(shortest, bucket + 1, count).tolist():
        tokenizer.enable_truncation(length)
        encodings.append(tokenizer.encode(" ".join(numbers.choice(WORDS, bucket))))
    assert {bucket_of(len(encoding)) for encoding in encodings} == {bucket}
    ids, mask = np.zeros((2, count, bucket), dtype=np.int32)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding)], mask[row, : len(encoding)] = encoding.ids, 1
    spans = np.zeros((count, MENTION_SLOTS, 2), dtype=np.int32)
    spans[:, :2] = (1, 3), (5, 6)
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "mention_spans": spans,
        "kg_features": numbers.random((count, MENTION_SLOTS, KG_FEATURES), dtype=np.float32),
        "context_features": numbers.random((count, CONTEXT_FEATURES), dtype=np.float32),
    }


def chosen(arrays: Mapping[str, NDArray[np.generic]], rows: Sequence[int]) -> Arrays:
    return {name: np.ascontiguousarray(array[rows]) for name, array in arrays.items()}


def same_bits(left: Arrays, right: Arrays) -> bool:
    return all(np.array_equal(left[tensor.name], right[tensor.name]) for tensor in OUTPUTS)


async def served(client: InferenceServerClient, arrays: Arrays) -> Arrays:
    inputs = []
    for tensor in INPUTS:
        inputs.append(InferInput(tensor.name, arrays[tensor.name].shape, tensor.dtype))
        inputs[-1].set_data_from_numpy(arrays[tensor.name])
    answer = await client.infer(MODEL_NAME, inputs)
    return {tensor.name: answer.as_numpy(tensor.name) for tensor in OUTPUTS}


@pytest.mark.parametrize("bucket", BUCKETS)
async def test_served_answer_is_the_in_process_one_to_the_bit(
    client: InferenceServerClient, runtime: OpenVinoRuntime, tokenizer: Tokenizer, bucket: int
) -> None:
    arrays = rows_of(tokenizer, bucket, 5)
    assert same_bits(await served(client, arrays), runtime.infer(arrays))


@pytest.mark.parametrize("bucket", [16, 24, 64])
@pytest.mark.parametrize("size", [1, 7, 32, 64])
def test_neighbours_and_their_number_do_not_change_a_row(
    runtime: OpenVinoRuntime, tokenizer: Tokenizer, bucket: int, size: int
) -> None:
    arrays = rows_of(tokenizer, bucket, 64)
    together = runtime.infer(arrays)
    order = np.random.default_rng(size).permutation(64).tolist()
    for start in range(0, 64, size):
        rows = order[start : start + size]
        assert same_bits(runtime.infer(chosen(arrays, rows)), chosen(together, rows))


def test_streams_give_the_same_bits(runtime: OpenVinoRuntime, tokenizer: Tokenizer) -> None:
    arrays = rows_of(tokenizer, 32, 16)
    two = OpenVinoRuntime(VERSION_FOLDER / "model.onnx", streams=2, threads=2)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(two.infer, [arrays] * 4))
    expected = runtime.infer(arrays)
    assert all(same_bits(answer, expected) for answer in answers)


def test_answers_are_probabilities_and_unit_vectors(runtime: OpenVinoRuntime, tokenizer: Tokenizer) -> None:
    answer = runtime.infer(rows_of(tokenizer, 24, 32))
    for name in ("document_probabilities", "mention_probabilities", "topic_probabilities"):
        assert (answer[name] >= 0).all()
        assert np.allclose(answer[name].sum(-1), 1, atol=1e-3)
    assert ((answer["mention_relevance"] >= 0) & (answer["mention_relevance"] <= 1)).all()
    assert np.allclose(np.linalg.norm(answer["embedding"], axis=-1), 1, atol=1e-2)


def test_padding_has_no_evidence(runtime: OpenVinoRuntime, tokenizer: Tokenizer) -> None:
    arrays = rows_of(tokenizer, 32, 16)
    answer = runtime.infer(arrays)
    padding = arrays["attention_mask"] == 0
    assert padding.any()
    assert (answer["document_evidence"][padding] == 0).all()


async def test_server_tells_the_version_of_its_metadata(client: InferenceServerClient) -> None:
    metadata = orjson.loads((VERSION_FOLDER / "metadata.json").read_bytes())
    config = (await client.get_model_config(MODEL_NAME)).config
    assert config.parameters["version_1"].string_value == metadata["version"]
