"""A stream of its own for each test, on the session's servers."""

from __future__ import annotations

from pathlib import Path

import pytest_asyncio

from stream_app.embedded.server import RunningServer
from tests.streaming import StreamUnderTest


@pytest_asyncio.fixture
async def stream(
    broker: RunningServer, redis_url: str, triton_url: str, namespace: str, tmp_path: Path
) -> StreamUnderTest:
    """A stream with its topics, on each broker in turn."""
    under_test = StreamUnderTest(broker.address, redis_url, triton_url, namespace, tmp_path)
    await under_test.create_topics()
    return under_test
