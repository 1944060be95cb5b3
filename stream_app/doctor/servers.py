"""The servers, as a worker sees them: they answer, they are of a known kind, and they hold what is needed."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from tritonclient.grpc.aio import InferenceServerClient
from tritonclient.utils import InferenceServerException

from stream_app.adapters.kafka import Connection, admin_client
from stream_app.adapters.triton_contract import check_tensors, check_version
from stream_app.doctor.finding import Finding, failure, ok, warning
from stream_app.doctor.topics import Wanted, check_topics
from stream_app.errors import ServerUnavailable
from stream_app.knowledge.build import build_graph
from stream_app.pipeline.ports import GraphStore
from stream_app.pipeline.tensors import MODEL_NAME

_TIMEOUT_SECONDS = 5.0


async def check_kafka(connection: Connection, *, wanted: Wanted | None) -> list[Finding]:
    """Look at the brokers, and at the topics that are wanted, if any are."""
    address = f"{connection['bootstrap_servers']} ({connection['security_protocol']})"
    try:
        async with admin_client(connection) as admin:
            brokers = (await admin.describe_cluster())["brokers"]
            answers = ok("kafka", f"{address}, {len(brokers)} broker(s)")
            return [answers, *(await check_topics(admin, wanted) if wanted else ())]
    except ServerUnavailable as error:
        return [failure("kafka", f"{address} does not answer ({error.__cause__})", _kafka_advice(connection))]


def _kafka_advice(connection: Connection) -> str:
    if "sasl_mechanism" in connection:
        # aiokafka reports a refused login as a failure to bootstrap.
        return (
            "a wrong user, password or mechanism looks like a broker that is away: check STREAM_APP_KAFKA_USERNAME, "
            "_PASSWORD and _SASL_MECHANISM, then STREAM_APP_KAFKA_BROKERS, _SECURITY and _CA_FILE"
        )
    return "check that it runs, STREAM_APP_KAFKA_BROKERS and STREAM_APP_KAFKA_SECURITY"


async def check_redis(client: Redis, *, address: str) -> list[Finding]:
    """Look at the cache; `address` is shown, so it holds no password."""
    try:
        info = await client.info("server")
    except (AuthenticationError, NoPermissionError) as error:
        advice = "check user and password in STREAM_APP_REDIS_URL, and that its ACL allows INFO"
        return [failure("redis", f"{address} refuses the login ({error})", advice)]
    except (RedisError, OSError) as error:
        advice = "check that it runs, STREAM_APP_REDIS_URL, and for rediss:// STREAM_APP_REDIS_CA_FILE"
        return [failure("redis", f"{address} does not answer ({error})", advice)]
    return [ok("redis", f"{address}, {_server_name(info)}")]


def _server_name(info: dict[str, Any]) -> str:
    if "valkey_version" in info:
        return f"Valkey {info['valkey_version']}"
    return f"Redis {info.get('redis_version', 'of unknown version')}"


async def check_build() -> list[Finding]:
    """Look whether the knowledge graph can be built from what is installed."""
    graph = await asyncio.to_thread(build_graph)
    return [ok("knowledge graph", f"version {graph.version} can be built, {len(graph.entities)} entities")]


async def check_graph(store: GraphStore) -> list[Finding]:
    """Look at the published knowledge graph, and read it whole."""
    current = await store.current_version()
    if current is None:
        return [
            warning("knowledge graph", "none is published", "stream-app kg load, or start a worker, which builds one")
        ]
    graph = await store.load(current)
    return [ok("knowledge graph", f"version {graph.version}, {len(graph.entities)} entities")]


async def check_triton(client: InferenceServerClient, *, address: str, served: tuple[int, str] | None) -> list[Finding]:
    """Look at Triton and whether it has the version of this number and name (None: there is none to compare with)."""
    number = str(served[0]) if served else ""
    try:
        server = await client.get_server_metadata(client_timeout=_TIMEOUT_SECONDS)
        ready = await client.is_model_ready(MODEL_NAME, number, client_timeout=_TIMEOUT_SECONDS)
        if not ready:
            advice = f"see why in Triton's log; its repository must hold version {number or 'any'} of {MODEL_NAME}"
            return [failure("triton", f"{address} runs, but its model {MODEL_NAME} is not ready", advice)]
        metadata = await client.get_model_metadata(MODEL_NAME, number, client_timeout=_TIMEOUT_SECONDS)
        config = await client.get_model_config(MODEL_NAME, number, client_timeout=_TIMEOUT_SECONDS)
    except InferenceServerException as error:
        advice = "check that it runs, STREAM_APP_TRITON_URL (gRPC's port) and the TLS settings"
        return [failure("triton", f"{address} does not answer ({error.message()})", advice)]
    rows = check_tensors(metadata, config.config, address=address)
    text = f"{address}, {server.name} {server.version}, batches of up to {rows} rows"
    if served is None:
        return [ok("triton", text)]
    check_version(config.config, number=served[0], version=served[1], address=address)
    return [ok("triton", f"{text}, serves {served[1]}")]
