"""What the client of Triton asks for again, what not, and how much at once; the server is a fake."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tritonclient.utils import InferenceServerException

from stream_app.adapters.breaker import Backoff
from stream_app.adapters.triton import RequestOptions, TritonModel
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.pipeline.tensors import INPUTS, OUTPUTS, SEQUENCE, Tensor
from tests.figures import Figures
from tests.model_rows import model_row

OPTIONS = RequestOptions(in_flight=2, batch_tokens=64, backoff=Backoff(first=0.0))


class FakeTriton:
    """Answers with zeros, after the failures that it is given; `most` is how many requests ran at the same time."""

    def __init__(self, *failures: str, ready: bool = True, version: str = "v1", max_batch_size: int = 8) -> None:
        self.failures, self.ready, self.version, self.max_batch_size = list(failures), ready, version, max_batch_size
        self.running = self.most = self.requests = 0
        self.seconds: list[float] = []
        self.numbers: set[str] = set()
        self.outputs: Sequence[Tensor] = OUTPUTS

    async def is_model_ready(self, _name: str, _number: str, client_timeout: float) -> bool:
        self.seconds.append(client_timeout)
        return self.ready

    async def get_model_metadata(self, _name: str, _number: str, client_timeout: float) -> Any:
        self.seconds.append(client_timeout)
        return SimpleNamespace(inputs=_described(INPUTS), outputs=_described(self.outputs))

    async def get_model_config(self, _name: str, _number: str, client_timeout: float) -> Any:
        self.seconds.append(client_timeout)
        parameters = {"version_3": SimpleNamespace(string_value=self.version)} if self.version else {}
        return SimpleNamespace(config=SimpleNamespace(parameters=parameters, max_batch_size=self.max_batch_size))

    async def infer(self, _name: str, inputs: Sequence[Any], *, model_version: str, client_timeout: float) -> Any:
        self.numbers.add(model_version)
        self.requests += 1
        self.seconds.append(client_timeout)
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.001)
        self.running -= 1
        if self.failures:
            raise InferenceServerException("no", status=f"StatusCode.{self.failures.pop(0)}")
        rows, length = inputs[0].shape()
        arrays = {
            tensor.name: np.zeros([rows, *(length if size == SEQUENCE else size for size in tensor.shape)], np.float32)
            for tensor in self.outputs
        }
        return SimpleNamespace(as_numpy=arrays.get)

    async def close(self) -> None:
        """Nothing is open."""


def _described(tensors: Sequence[Tensor]) -> list[Any]:
    return [SimpleNamespace(name=one.name, datatype=one.dtype, shape=[-1, *one.shape]) for one in tensors]


async def started(triton: FakeTriton, figures: Figures | None = None) -> TritonModel:
    telemetry = figures or Figures()
    model = TritonModel(lambda: triton, "triton:8001", served=(3, "v1"), telemetry=telemetry, options=OPTIONS)
    await model.start()
    return model


async def test_requests_in_flight_are_bounded_over_all_callers() -> None:
    triton = FakeTriton()
    model = await started(triton)
    rows = [model_row(16, seed=seed) for seed in range(20)]
    await asyncio.gather(model.infer(rows), model.infer(rows))
    assert triton.most == OPTIONS.in_flight
    assert triton.requests == 10


async def test_answers_of_one_caller_do_not_wait_for_the_rows_of_the_next() -> None:
    triton = FakeTriton()
    model = await started(triton)
    done: list[int] = []

    async def ask(rows: int) -> None:
        await model.infer([model_row(16, seed=seed) for seed in range(rows)])
        done.append(triton.requests)

    await asyncio.gather(ask(4), ask(40))
    first, last = done
    assert last == 11
    assert first <= 1 + 2 * OPTIONS.in_flight


async def test_batches_are_no_larger_than_the_server_takes() -> None:
    triton = FakeTriton(max_batch_size=2)
    await (await started(triton)).infer([model_row(16, seed=seed) for seed in range(10)])
    assert triton.requests == 5


async def test_no_rows_ask_nothing() -> None:
    triton = FakeTriton()
    assert await (await started(triton)).infer([]) == []
    assert triton.requests == 0


@pytest.mark.parametrize("status", ["INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED"])
async def test_refusal_is_not_asked_again(status: str) -> None:
    triton = FakeTriton(status)
    model = await started(triton)
    with pytest.raises(ServerRejected, match=f"triton:8001 refused a request .{status}: no"):
        await model.infer([model_row()])
    assert triton.requests == 1
    assert not model.waiting


async def test_all_batches_are_waited_for_when_one_is_refused() -> None:
    triton = FakeTriton("INVALID_ARGUMENT")
    model = await started(triton)
    with pytest.raises(ServerRejected):
        await model.infer([model_row(16, seed=seed) for seed in range(20)])
    assert triton.requests == 5
    assert triton.running == 0


async def test_each_try_has_more_time_up_to_a_bound() -> None:
    triton, figures = FakeTriton(*["DEADLINE_EXCEEDED"] * 5), Figures()
    model = await started(triton, figures)
    triton.seconds.clear()
    await model.infer([model_row()])
    requests = [seconds / OPTIONS.timeout_seconds for seconds in triton.seconds if seconds > OPTIONS.timeout_seconds]
    assert requests == [2, 4, 8, 8, 8]
    assert figures.counts["stream_app_triton_retries_total", "deadline_exceeded"] == 5
    assert figures.values["stream_app_triton_away",] == [1.0, 0.0]


async def test_model_that_is_exchanged_between_two_calls_is_noticed() -> None:
    triton = FakeTriton()
    model = await started(triton)
    await model.infer([model_row()])
    triton.version = "v2"
    with pytest.raises(ServerRejected, match="is version v2, not v1"):
        await model.infer([model_row()])
    assert triton.numbers == {"3"}


async def test_version_that_another_took_over_from_is_not_waited_for_once_the_server_has_dropped_it() -> None:
    triton = FakeTriton(*["UNAVAILABLE"] * 9)
    model = await started(triton)
    triton.ready = False
    model.retire()
    with pytest.raises(ServerRejected, match="has dropped v1"):
        await asyncio.wait_for(model.infer([model_row()]), timeout=5)


async def test_fill_of_a_batch_is_its_tokens_of_a_full_one() -> None:
    figures = Figures()
    model = await started(FakeTriton(), figures)
    await model.infer([model_row(8), model_row(8)])
    assert figures.values["stream_app_triton_batch_fill",] == [16 / 64]


async def test_server_that_is_not_ready_is_unavailable() -> None:
    with pytest.raises(ServerUnavailable, match="version 3 of its model fusion is not ready"):
        await started(FakeTriton(ready=False))


@pytest.mark.parametrize(
    ("triton", "said"),
    [
        (FakeTriton(version=""), "is version unknown, not v1"),
        (FakeTriton(max_batch_size=0), "takes no batches"),
    ],
)
async def test_server_with_another_model_is_rejected(triton: FakeTriton, said: str) -> None:
    with pytest.raises(ServerRejected, match=said):
        await started(triton)


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (OUTPUTS[1:], "has document_probabilities as nothing"),
        ((*OUTPUTS, Tensor("mood", "FP32", (1,))), r"not known here \(mood\)"),
    ],
)
async def test_server_with_other_tensors_is_rejected(outputs: Sequence[Tensor], said: str) -> None:
    triton = FakeTriton()
    triton.outputs = outputs
    with pytest.raises(ServerRejected, match=said):
        await started(triton)


@pytest.mark.parametrize("whole", [True, False])
async def test_server_without_types_of_risk_has_the_main_network_alone(*, whole: bool) -> None:
    triton = FakeTriton()
    triton.outputs = OUTPUTS if whole else [tensor for tensor in OUTPUTS if tensor.name != "risk_probabilities"]
    model = await started(triton)
    (result,) = await model.infer([model_row(16)])
    assert model.reads_further is whole
    assert not result.risk_probabilities.any()
