"""NVIDIA Triton for one machine: the `tritonserver` of the package `nvidia-pytriton`, or any other by its path."""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stream_app.embedded.ports import LOOPBACK
from stream_app.embedded.server import MAIN, Ports, Recipe, RunningServer, start_server
from stream_app.embedded.triton_package import Installation, packaged_triton
from stream_app.errors import ConfigurationError

TITLE = "the embedded Triton"
HTTP, METRICS = "http", "metrics"
_OK = 200


@dataclass(frozen=True, kw_only=True)
class TritonOptions:
    """What Triton serves, and how."""

    model_repository: Path
    server: Path | None = None
    """A `tritonserver` to run instead of the packaged one; it finds its own backends and libraries."""
    model_config_name: str | None = None
    """Uses `configs/NAME.pbtxt` of each model that has one, in place of its `config.pbtxt`."""
    arguments: Sequence[str] = field(default=())


def start_triton(
    state_dir: Path, options: TritonOptions, *, port: int = 0, timeout_seconds: float = 60.0
) -> RunningServer:
    """Start Triton on a model repository; its address is gRPC's, `ports` has HTTP and metrics too.

    It is ready when every model of the repository is.
    """
    if not options.model_repository.is_dir():
        raise ConfigurationError(f"no model repository at {options.model_repository}: set STREAM_APP_MODEL_REPOSITORY")
    installed = _installation(state_dir, options.server)
    shared_memory = f"stream_app_{secrets.token_hex(6)}_"
    recipe = Recipe(
        name="triton",
        title=TITLE,
        command=lambda ports: [*installed.command, *_arguments(options, ports, shared_memory)],
        is_ready=_answers,
        cause=r"""failed to (?:load '|start|stat)[^"\\]*|[^:]*: error while loading.*|[Uu]nrecognized.*|error: .*""",
        port_names=(MAIN, HTTP, METRICS),
        environment=installed.environment,
        grace_seconds=10.0,
        shared_memory=shared_memory,
    )
    return start_server(recipe, state_dir=state_dir, port=port, timeout_seconds=timeout_seconds)


def _installation(state_dir: Path, server: Path | None) -> Installation:
    if server is None:
        return packaged_triton(state_dir)
    if not server.is_file():
        raise ConfigurationError(f"no tritonserver at {server}: set STREAM_APP_TRITON_SERVER or leave it empty")
    return Installation(command=(str(server),), environment={})


def _arguments(options: TritonOptions, ports: Ports, shared_memory: str) -> list[str]:
    named: Mapping[str, str] = {
        "model-repository": str(options.model_repository.resolve()),
        # Versions come and go by order, all models are there from the start (docs/serving.md has what was measured).
        "model-control-mode": "explicit",
        "load-model": "*",
        "grpc-address": LOOPBACK,
        "grpc-port": str(ports[MAIN]),
        "http-address": LOOPBACK,
        "http-port": str(ports[HTTP]),
        "metrics-address": LOOPBACK,
        "metrics-port": str(ports[METRICS]),
        "exit-timeout-secs": "5",
        "backend-config": f"python,shm-region-prefix-name={shared_memory}",
    }
    chosen = [f"--{name}={value}" for name, value in named.items()]
    if options.model_config_name:
        chosen.append(f"--model-config-name={options.model_config_name}")
    return [*chosen, *options.arguments]


def _answers(ports: Ports) -> bool:
    # Triton opens its ports one after the other, the metrics last.
    return _is_ok(ports[HTTP], "/v2/health/ready") and _is_ok(ports[METRICS], "/metrics")


def _is_ok(port: int, path: str) -> bool:
    link = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        link.request("GET", path)
        return link.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
