"""The fusion model on an NVIDIA Triton server: batches out, results in, and waiting while the server is away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray
from tritonclient.grpc import InferInput
from tritonclient.grpc.aio import InferenceServerClient
from tritonclient.utils import InferenceServerException

from stream_app.adapters.batching import Batch, BatchLimits, Outputs, in_order, pack, unpack
from stream_app.adapters.breaker import Backoff, CircuitBreaker, State
from stream_app.adapters.triton_contract import check_tensors, check_version, reads_further
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.pipeline.ports import Telemetry
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import INPUTS, MODEL_NAME, OUTPUTS

T = TypeVar("T")

_log = structlog.get_logger(__name__)

_WAIT = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED", "CANCELLED"})
_REFUSED = frozenset({"INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "UNIMPLEMENTED", "OUT_OF_RANGE"})
_MOST_TRIES = 5
"""Of a request that is answered with an error that may be the request's own or the server's."""

_MOST_PATIENCE = 8
"""Each try of a request has twice the time of the one before, up to this many times the first."""

_THRESHOLD = 3
"""Failures in a row that make the server count as away."""

_TYPES = {tensor.name: tensor.dtype for tensor in INPUTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """How requests are made: `batch_tokens` are with padding, `in_flight` are requests at the same time.

    `docs/serving.md` says what was measured with other values.
    """

    timeout_seconds: float = 10.0
    in_flight: int = 4
    batch_tokens: int = 1024
    backoff: Backoff = field(default_factory=Backoff)
    while_away: str = "consumption pauses until it is back"
    """What is logged of what happens meanwhile."""


class TritonModel:
    """Sends rows to Triton in batches, a bounded number at a time; a batch is asked for until it is answered.

    To be used on one event loop. A server that is away makes callers wait, for as long as it takes; one that
    comes back is checked again before it is used.
    """

    def __init__(
        self,
        connect: Callable[[], InferenceServerClient],
        address: str,
        *,
        served: tuple[int, str],
        telemetry: Telemetry,
        options: RequestOptions = RequestOptions(),
    ) -> None:
        """`connect` is called once, on the loop; `served` are number and name of the version that is asked for."""
        self._connect, self._address = connect, address
        self._number, self._version = served
        self._asked = str(self._number)
        self._retired, self._reads_further = False, False
        self._telemetry, self._options = telemetry, options
        self._client: InferenceServerClient | None = None
        self._limits = BatchLimits(rows=1, tokens=options.batch_tokens)
        self._in_flight = asyncio.Semaphore(options.in_flight)
        self._checking = asyncio.Semaphore(options.in_flight)  # else answers wait behind the rows of later callers
        self._breaker = CircuitBreaker(self._is_back, self._tell_change, threshold=_THRESHOLD, backoff=options.backoff)

    @property
    def version(self) -> str:
        """The version that goes into every event."""
        return self._version

    @property
    def reads_further(self) -> bool:
        """Whether the server, when it was last checked, read with the further networks of the version as well."""
        return self._reads_further

    @property
    def waiting(self) -> bool:
        """Whether the server is away, so that calls wait."""
        return self._breaker.state is not State.CLOSED

    def retire(self) -> None:
        """Serve what is in hand, and no longer wait for a server that has dropped this version: another took over."""
        self._retired = True

    async def start(self) -> None:
        """Connect and check: ServerUnavailable if the model is not ready, ServerRejected if it is another one."""
        self._client = self._connect()
        try:
            ready = await self._check()
        except InferenceServerException as error:
            raise self._away(error.message()) from error
        if not ready:
            raise self._away(f"version {self._asked} of its model {MODEL_NAME} is not ready")

    def _away(self, reason: str) -> ServerUnavailable:
        return ServerUnavailable(
            f"Triton at {self._address} cannot be used ({reason}): check that it runs and its address and TLS settings"
        )

    async def stop(self) -> None:
        """Disconnect."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        """Return one result for each row, in order; wait while the server is away.

        ServerRejected where the server refuses a request or answers it with anything but the model's tensors.
        """
        if not rows:
            return []
        batches = pack(rows, self._limits)
        # All are waited for, also when one fails: Triton does not like to be cancelled (server #7368).
        answers = await asyncio.gather(*map(self._answer, batches), return_exceptions=True)
        results: list[list[RowResult]] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            results.append(answer)
        # Checked after the answers: so a model that was exchanged meanwhile is noticed, also between two calls.
        await self._persist(self._check_version, turn=self._checking)
        return in_order(batches, results)

    async def _answer(self, batch: Batch) -> list[RowResult]:
        return unpack(batch, await self._persist(partial(self._request, batch), turn=self._in_flight))

    async def _persist(self, ask: Callable[[float], Awaitable[T]], *, turn: asyncio.Semaphore) -> T:
        """Ask, each time with more seconds, until there is an answer; raise only what asking again does not cure.

        `turn` bounds how many ask at the same time.
        """
        failures: Counter[str] = Counter()
        while True:
            async with turn:
                await self._breaker.passed()
                patience = min(2 ** failures.total(), _MOST_PATIENCE)
                try:
                    answer = await ask(self._options.timeout_seconds * patience)
                except InferenceServerException as error:
                    self._note_failure(error, failures)
                else:
                    self._breaker.succeeded()
                    return answer
            await asyncio.sleep(self._options.backoff.pause(failures.total() - 1))

    async def _check_version(self, seconds: float) -> None:
        config = await self._connected().get_model_config(MODEL_NAME, self._asked, client_timeout=seconds)
        check_version(config.config, number=self._number, version=self._version, address=self._address)

    async def _request(self, batch: Batch, seconds: float) -> Outputs:
        inputs = [_input(name, array) for name, array in batch.inputs().items()]
        began = asyncio.get_running_loop().time()
        result = await self._connected().infer(MODEL_NAME, inputs, model_version=self._asked, client_timeout=seconds)
        self._telemetry.observe("stream_app_triton_request_seconds", asyncio.get_running_loop().time() - began)
        full = self._limits.rows_of(batch.bucket) * batch.bucket
        self._telemetry.observe("stream_app_triton_batch_fill", batch.tokens / full)
        return {tensor.name: array for tensor in OUTPUTS if (array := result.as_numpy(tensor.name)) is not None}

    def _note_failure(self, error: InferenceServerException, failures: Counter[str]) -> None:
        status = _status(error)
        failures[status] += 1
        if status in _REFUSED or (status not in _WAIT and failures[status] >= _MOST_TRIES):
            raise ServerRejected(
                f"Triton at {self._address} refused a request ({status}: {error.message()}): see its log"
            ) from error
        self._telemetry.count("stream_app_triton_retries_total", reason=status.lower())
        self._breaker.failed()

    async def _is_back(self) -> bool:
        try:
            return await self._check()
        except InferenceServerException as error:
            _log.debug("triton is still away", address=self._address, error=str(error))
            return False

    async def _check(self) -> bool:
        """Return whether the model is ready; ServerRejected where it is not the one that belongs to this program."""
        client, timeout = self._connected(), self._options.timeout_seconds
        if not await client.is_model_ready(MODEL_NAME, self._asked, client_timeout=timeout):
            if self._retired:
                raise ServerRejected(f"Triton at {self._address} has dropped {self._version}, which a batch began with")
            return False
        metadata = await client.get_model_metadata(MODEL_NAME, self._asked, client_timeout=timeout)
        config = await client.get_model_config(MODEL_NAME, self._asked, client_timeout=timeout)
        check_version(config.config, number=self._number, version=self._version, address=self._address)
        most = check_tensors(metadata, config.config, address=self._address)
        self._limits = BatchLimits(rows=most, tokens=self._options.batch_tokens)
        self._reads_further = reads_further(metadata)
        return True

    def _tell_change(self, state: State) -> None:
        self._telemetry.gauge("stream_app_triton_away", float(state is not State.CLOSED))
        if state is State.OPEN:
            _log.warning(f"triton is away: {self._options.while_away}", address=self._address)
        else:
            _log.info("triton is back", address=self._address)

    def _connected(self) -> InferenceServerClient:
        if self._client is None:
            raise RuntimeError("start() comes first")
        return self._client


def _status(error: InferenceServerException) -> str:
    return str(error.status()).removeprefix("StatusCode.")


def _input(name: str, array: NDArray[np.generic]) -> InferInput:
    tensor = InferInput(name, array.shape, _TYPES[name])
    tensor.set_data_from_numpy(array)
    return tensor
