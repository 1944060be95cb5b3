"""Has a running Triton load the versions that the repository's configuration names, and waits until they answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tritonclient.grpc.aio import InferenceServerClient
from tritonclient.utils import InferenceServerException

from stream_app.adapters.triton_contract import check_version
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.pipeline.tensors import MODEL_NAME

_CALL_SECONDS, _LOOK_SECONDS = 5.0, 0.5
_BY_ITSELF = "not allowed"
"""Part of what a Triton says that takes no orders: it polls its repository, or reads it at its start alone."""


class TritonControl:
    """Orders a Triton to load. It keeps what it serves until all that is new is ready, and where that fails."""

    def __init__(self, client: InferenceServerClient, address: str, *, wait_seconds: float) -> None:
        self._client, self._address, self._wait_seconds = client, address, wait_seconds

    async def load(self, versions: Mapping[int, str]) -> None:
        """Return when these versions are ready, by number.

        ServerRejected where they cannot be loaded, ServerUnavailable where the server is away or takes too long.
        """
        try:
            await self._client.load_model(MODEL_NAME, client_timeout=self._wait_seconds)
        except InferenceServerException as error:
            if _BY_ITSELF not in str(error.message()):
                raise self._failed(error) from error
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._wait_seconds
        while (reason := await self._why_not(versions)) is not None:
            if loop.time() > deadline:
                raise ServerUnavailable(
                    f"Triton at {self._address} does not serve {', '.join(versions.values())} after "
                    f"{self._wait_seconds:g} s ({reason}): start it with --model-control-mode=explicit and "
                    "--load-model=*, on this repository, or raise STREAM_APP_START_TIMEOUT"
                )
            await asyncio.sleep(_LOOK_SECONDS)

    async def _why_not(self, versions: Mapping[int, str]) -> str | None:
        try:
            for number, name in versions.items():
                if not await self._client.is_model_ready(MODEL_NAME, str(number), client_timeout=_CALL_SECONDS):
                    return f"version {number} is not ready"
                answer = await self._client.get_model_config(MODEL_NAME, str(number), client_timeout=_CALL_SECONDS)
                check_version(answer.config, number=number, version=name, address=self._address)
        except (InferenceServerException, ServerRejected) as error:
            return str(error)
        return None

    def _failed(self, error: InferenceServerException) -> ServerRejected | ServerUnavailable:
        status, reason = str(error.status()), str(error.message()).strip().partition("\n")[0]
        if status.endswith(("UNAVAILABLE", "DEADLINE_EXCEEDED")):
            return ServerUnavailable(
                f"Triton at {self._address} cannot be used ({reason}): check that it runs, STREAM_APP_TRITON_URL and "
                "STREAM_APP_START_TIMEOUT"
            )
        return ServerRejected(f"Triton at {self._address} cannot load it ({reason}): what was served still is")
