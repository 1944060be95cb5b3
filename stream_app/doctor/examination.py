"""All checks in their order; servers that are not configured to be elsewhere are started for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from redis.asyncio import Redis

from stream_app.adapters.connections import TlsFiles, kafka_connection, redis_client, triton_client
from stream_app.adapters.kafka import Connection
from stream_app.adapters.model_repository import read_model
from stream_app.doctor import machine
from stream_app.doctor.finding import Finding, Status, failed, found
from stream_app.doctor.images import check_images
from stream_app.doctor.model import check_model
from stream_app.doctor.servers import check_build, check_graph, check_kafka, check_redis, check_triton
from stream_app.doctor.topics import Wanted
from stream_app.embedded.broker import start_broker
from stream_app.embedded.cache import start_cache
from stream_app.embedded.server import RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from stream_app.errors import StreamAppError
from stream_app.pipeline.ports import GraphStore


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where the cache is; the URL may hold a password."""

    url: str
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class TritonAddress:
    """Where Triton's gRPC is; `tls` gives the files for TLS, None for plain text, or raises ConfigurationError."""

    url: str
    tls: Callable[[], TlsFiles | None] = lambda: None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is examined; a server that is None is to be embedded."""

    state_dir: Path
    topics: Wanted
    kafka: Callable[[], Connection] | None
    redis: RedisAddress | None
    triton: TritonAddress | None
    embedded_triton: TritonOptions
    graph_store: Callable[[Redis], GraphStore]
    start_timeout_seconds: float
    media_readers: int = 0
    unknown_settings: Collection[str] = ()


async def examine(subject: Subject) -> AsyncIterator[Finding]:
    """Yield what is found, as it is found."""
    for finding in _machine(subject):
        yield finding
    yield check_model(subject.embedded_triton.model_repository)
    yield await check_images(readers=subject.media_readers)
    for look in (_kafka, _redis, _triton):
        with ExitStack() as started:
            for finding in await look(subject, started):
                yield finding


def _machine(subject: Subject) -> Iterator[Finding]:
    configured = {
        "STREAM_APP_KAFKA_BROKERS": subject.kafka,
        "STREAM_APP_REDIS_URL": subject.redis,
        "STREAM_APP_TRITON_URL": subject.triton,
    }
    yield machine.check_python()
    yield machine.check_packages()
    yield machine.check_extra([name for name, address in configured.items() if address is None])
    if subject.triton is None:
        yield machine.check_processor()
        yield machine.check_shared_memory()
    yield machine.check_state_dir(subject.state_dir)
    if subject.unknown_settings:
        yield machine.check_settings(subject.unknown_settings)


async def _kafka(subject: Subject, started: ExitStack) -> list[Finding]:
    try:
        if subject.kafka is not None:
            return await found("kafka", check_kafka(subject.kafka(), wanted=subject.topics))
        server = await _start(started, lambda: start_broker(subject.state_dir))
    except StreamAppError as error:
        return [failed("kafka", error)]
    return await found("kafka", check_kafka(kafka_connection(server.address), wanted=None))


async def _redis(subject: Subject, started: ExitStack) -> list[Finding]:
    try:
        if subject.redis is None:
            server = await _start(started, lambda: start_cache(subject.state_dir))
            address = RedisAddress(f"redis://{server.address}/0")
        else:
            address = subject.redis
        client = redis_client(address.url, ca_file=address.ca_file)
    except StreamAppError as error:
        return [failed("redis", error)]
    async with client:
        findings = await found("redis", check_redis(client, address=_without_password(address.url)))
        if findings[0].status is Status.OK:
            look = check_build() if subject.redis is None else check_graph(subject.graph_store(client))
            findings += await found("knowledge graph", look)
        return findings


async def _triton(subject: Subject, started: ExitStack) -> list[Finding]:
    try:
        if subject.triton is None:
            timeout = subject.start_timeout_seconds
            start = lambda: start_triton(subject.state_dir, subject.embedded_triton, timeout_seconds=timeout)  # noqa: E731
            address = TritonAddress((await _start(started, start)).address)
        else:
            address = subject.triton
        client = triton_client(address.url, tls=address.tls())
    except StreamAppError as error:
        return [failed("triton", error)]
    async with client:
        served = _served(subject.embedded_triton.model_repository)
        return await found("triton", check_triton(client, address=address.url, served=served))


async def _start(started: ExitStack, start: Callable[[], RunningServer]) -> RunningServer:
    return started.enter_context(await asyncio.to_thread(start))


def _served(repository: Path) -> tuple[int, str] | None:
    try:
        files = read_model(repository)
    except StreamAppError:
        return None
    return files.number, files.version


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
