"""All networks of one version in this process: a batch is split by whose ids its rows have, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stream_app.adapters.model_repository import WEIGHTS, ModelFiles
from stream_app.adapters.openvino import OpenVinoRuntime

Arrays = Mapping[str, NDArray[np.generic]]
_IDS = "input_ids"


class Runtime(Protocol):
    """Computes a batch of one padded length; may be called from several threads."""

    def infer(self, inputs: Arrays) -> dict[str, NDArray[np.generic]]:
        """Return the tensors of `OUTPUTS`."""
        ...


class NetworksRuntime:
    """The main network, and further ones that are compiled when their first row comes.

    Triton's `model.py` does the same: what is changed here is to be changed there.
    """

    def __init__(self, main: Runtime, further: Sequence[tuple[int, Callable[[], Runtime]]]) -> None:
        """`further` are the first id of each, lowest first, and what makes it ready."""
        self._opened: dict[int, Runtime] = {0: main}
        self._first_ids = np.array([first_id for first_id, _ in further], dtype=np.int64)
        self._open = [open_network for _, open_network in further]
        self._opening = Lock()

    def infer(self, inputs: Arrays) -> dict[str, NDArray[np.generic]]:
        """Return the tensors of `OUTPUTS`, each row's from the network that its ids belong to."""
        first = inputs[_IDS][:, 0]
        if not len(self._first_ids) or first.max() < self._first_ids[0]:
            return self._opened[0].infer(inputs)
        networks = np.searchsorted(self._first_ids, first, side="right")
        whole: dict[str, NDArray[np.generic]] = {}
        for network in np.unique(networks).tolist():
            rows = np.flatnonzero(networks == network)
            for name, array in self._network(network).infer(self._own(inputs, network, rows)).items():
                whole.setdefault(name, np.empty((len(first), *array.shape[1:]), array.dtype))[rows] = array
        return whole

    def _own(self, inputs: Arrays, network: int, rows: NDArray[np.intp]) -> Arrays:
        """Return the rows with the network's own ids; padding stays 0."""
        own = {name: array[rows] for name, array in inputs.items()}
        if network:
            ids = own[_IDS].astype(np.int32) - np.int32(self._first_ids[network - 1])
            own[_IDS] = np.maximum(ids, 0).astype(np.int32)
        return own

    def _network(self, network: int) -> Runtime:
        with self._opening:
            if network not in self._opened:
                self._opened[network] = self._open[network - 1]()
            return self._opened[network]


def runtime_of(files: ModelFiles, *, streams: int = 1, threads: int = 1) -> Runtime:
    """Return what computes a version here; only the main network is compiled now."""

    def opened(network: int) -> Runtime:
        return OpenVinoRuntime(files.networks[network].folder / WEIGHTS, streams=streams, threads=threads)

    if not files.further:
        return opened(0)
    further = [(one.first_id, partial(opened, network)) for network, one in enumerate(files.further, 1)]
    return NetworksRuntime(opened(0), further)
