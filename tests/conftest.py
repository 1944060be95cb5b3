"""The servers that tests speak to: real ones, started once a session.

A part of the embedded stack that cannot start fails the test. Only Apache Kafka, which no wheel carries, may be absent.
"""

from __future__ import annotations

import gc
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from stream_app.embedded.broker import start_broker
from stream_app.embedded.cache import start_cache
from stream_app.embedded.server import RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from tests.servers import start_apache_kafka

MODEL_REPOSITORY = Path(__file__).parent.parent / "model_repo"
settings.register_profile("no-clock", deadline=None)  # how long an example takes is the machine's matter
settings.load_profile("no-clock")
gc.set_threshold(50_000, 20, 50)  # as the command has it: graphs are a million objects that stay
EMBEDDED, APACHE = "embedded_broker", "apache_kafka"
"""Fixtures of the two brokers."""


@pytest.hookimpl(tryfirst=True)  # before xdist, which reads the groups in its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, where tests run in several processes, those that share what is dear to start.

    A test that one broker is enough for (`one_broker`) is left to `make soak` on the other.
    """
    other_broker = EMBEDDED if os.environ.get("KAFKA_HOME") else APACHE
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
        if item.get_closest_marker("one_broker") and _broker(item) == other_broker:
            item.add_marker(pytest.mark.soak)


def _broker(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("broker", "")) if callspec else ""


def _group(item: pytest.Item) -> str:
    return f"{item.nodeid.partition('::')[0]}-{_broker(item)}"


@pytest.fixture(scope="session")
def server_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's servers keep their logs."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def embedded_broker(server_dir: Path) -> Iterator[RunningServer]:
    """The embedded broker; share it by topics of your own (`namespace`)."""
    with start_broker(server_dir) as server:
        yield server


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Apache Kafka without a login; who kills it must `restart` it."""
    with start_apache_kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture(scope="session", params=[EMBEDDED, pytest.param(APACHE, marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> RunningServer:
    """Both brokers in turn: what holds on the one must hold on the other."""
    server: RunningServer = request.getfixturevalue(request.param)
    return server


@pytest.fixture(scope="session")
def cache(server_dir: Path) -> Iterator[RunningServer]:
    """The embedded cache; share it by keys of your own (`namespace`)."""
    with start_cache(server_dir) as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(cache: RunningServer) -> str:
    return f"redis://{cache.address}/0"


@pytest.fixture(scope="session")
def triton(server_dir: Path) -> Iterator[RunningServer]:
    """Triton with the shipped model repository."""
    with start_triton(server_dir, TritonOptions(model_repository=MODEL_REPOSITORY), timeout_seconds=120) as server:
        yield server


@pytest.fixture(scope="session")
def triton_url(triton: RunningServer) -> str:
    return triton.address


@pytest.fixture
def namespace() -> str:
    """A prefix for topics and keys that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}."
