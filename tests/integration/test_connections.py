"""Clients log in and encrypt as the settings say, against real servers; a wrong setting says what to change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.exceptions import AuthenticationError, NoPermissionError
from redis.exceptions import ConnectionError as RedisConnectionError
from tritonclient.utils import InferenceServerException

from stream_app.adapters.connections import Login, TlsFiles, kafka_connection, redis_client, triton_client, triton_tls
from stream_app.adapters.kafka import admin_client
from stream_app.embedded.ports import LOOPBACK
from stream_app.embedded.server import MAIN, RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from stream_app.errors import ConfigurationError, ServerUnavailable
from tests.certificates import tls_relay, write_certificates
from tests.echo_model import write_echo_repository
from tests.servers import Security, start_apache_kafka

USER, PASSWORD = "reader", "swordfish"
# aiokafka does not wait for the TLS connections that it closes.
AIOKAFKA_CLOSING_SECONDS = 0.3


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of an authority that no server has heard of."""
    return write_certificates(tmp_path_factory.mktemp("strangers"))


def client_files(folder: Path) -> TlsFiles:
    return TlsFiles(ca=folder / "ca.pem", certificate=folder / "client.pem", key=folder / "client.key")


# Kafka


@pytest.fixture(scope="module")
def guarded_kafka(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[RunningServer]:
    """Apache Kafka with logins over TLS."""
    security = Security(username=USER, password=PASSWORD, certificates=certificates)
    with start_apache_kafka(tmp_path_factory.mktemp("guarded"), security) as server:
        yield server


@pytest.fixture(scope="module")
def mutual_kafka(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[RunningServer]:
    """Apache Kafka that asks its clients for a certificate."""
    security = Security(certificates=certificates, asks_for_certificate=True)
    with start_apache_kafka(tmp_path_factory.mktemp("mutual"), security) as server:
        yield server


@pytest.mark.kafka
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
async def test_kafka_takes_a_login_over_tls(guarded_kafka: RunningServer, certificates: Path, mechanism: str) -> None:
    connection = kafka_connection(
        guarded_kafka.address,
        security="SASL_SSL",
        login=Login(mechanism=mechanism, username=USER, password=PASSWORD),
        tls=TlsFiles(ca=certificates / "ca.pem"),
    )
    async with admin_client(connection) as admin:
        assert (await admin.describe_cluster())["brokers"]


@pytest.mark.kafka
async def test_wrong_password_of_kafka_is_named_as_a_possible_reason(
    guarded_kafka: RunningServer, certificates: Path
) -> None:
    connection = kafka_connection(
        guarded_kafka.address,
        security="SASL_SSL",
        login=Login(mechanism="PLAIN", username=USER, password="sardine"),  # noqa: S106  (wrong on purpose)
        tls=TlsFiles(ca=certificates / "ca.pem"),
    )
    with pytest.raises(ServerUnavailable, match="password"):
        async with admin_client(connection):
            pass
    await asyncio.sleep(AIOKAFKA_CLOSING_SECONDS)


@pytest.mark.kafka
async def test_kafka_takes_a_client_certificate(mutual_kafka: RunningServer, certificates: Path) -> None:
    connection = kafka_connection(mutual_kafka.address, security="SSL", tls=client_files(certificates))
    async with admin_client(connection) as admin:
        assert (await admin.describe_cluster())["brokers"]


@pytest.mark.kafka
async def test_kafka_with_a_certificate_of_strangers_is_not_trusted(
    mutual_kafka: RunningServer, strangers: Path
) -> None:
    connection = kafka_connection(mutual_kafka.address, security="SSL", tls=client_files(strangers))
    with pytest.raises(ServerUnavailable):
        async with admin_client(connection):
            pass


async def test_kafka_in_plain_text_may_be_written_with_blanks_and_a_scheme(embedded_broker: RunningServer) -> None:
    connection = kafka_connection(f" kafka://{embedded_broker.address} , ")
    async with admin_client(connection) as admin:
        assert (await admin.describe_cluster())["brokers"]


# Redis


async def test_redis_takes_user_and_password_and_holds_them_to_their_rights(
    cache: RunningServer, redis_url: str, namespace: str
) -> None:
    async with redis_client(redis_url) as owner:
        await owner.acl_setuser(
            namespace, enabled=True, passwords=[f"+{PASSWORD}"], keys=[f"{namespace}*"], commands=["+@read", "+@write"]
        )
    async with redis_client(f"redis://{namespace}:{PASSWORD}@{cache.address}/0") as client:
        await client.set(f"{namespace}key", "value")
        assert await client.get(f"{namespace}key") == b"value"
        with pytest.raises(NoPermissionError):
            await client.get("somebody else's")
    async with redis_client(f"redis://{namespace}:sardine@{cache.address}/0") as client:
        with pytest.raises(AuthenticationError):
            await client.ping()


async def test_redis_over_tls_is_held_to_its_authority(
    cache: RunningServer, certificates: Path, strangers: Path
) -> None:
    """The embedded cache speaks no TLS; a relay in front of it does."""
    async with tls_relay(cache.ports[MAIN], certificates) as port:
        url = f"rediss://{LOOPBACK}:{port}/0"
        async with redis_client(url, ca_file=certificates / "ca.pem") as client:
            assert await client.ping()
        async with redis_client(url, ca_file=strangers / "ca.pem") as client:
            with pytest.raises(RedisConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.ping()
        async with redis_client(url) as client:
            with pytest.raises(RedisConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.ping()


async def test_redis_that_is_away_is_told_at_once() -> None:
    async with redis_client(f"redis://{LOOPBACK}:1/0") as client, asyncio.timeout(1):
        with pytest.raises(RedisConnectionError):
            await client.ping()


# Triton


@pytest.fixture(scope="module")
def guarded_triton(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[RunningServer]:
    """Triton whose gRPC asks its clients for a certificate."""
    arguments = {
        "grpc-use-ssl": "true",
        "grpc-use-ssl-mutual": "true",
        "grpc-server-cert": certificates / "server.pem",
        "grpc-server-key": certificates / "server.key",
        "grpc-root-cert": certificates / "ca.pem",
    }
    options = TritonOptions(
        model_repository=write_echo_repository(tmp_path_factory.mktemp("echo")),
        arguments=[f"--{name}={value}" for name, value in arguments.items()],
    )
    with start_triton(tmp_path_factory.mktemp("triton"), options) as server:
        yield server


async def test_triton_takes_a_client_certificate(guarded_triton: RunningServer, certificates: Path) -> None:
    async with triton_client(f"grpc://{guarded_triton.address}", tls=client_files(certificates)) as client:
        assert await client.is_model_ready("echo")


@pytest.mark.parametrize("files", ["none", "strangers", "no certificate"])
async def test_triton_refuses_who_does_not_show_the_right_certificate(
    guarded_triton: RunningServer, certificates: Path, strangers: Path, files: str
) -> None:
    tls = {
        "none": None,
        "strangers": client_files(strangers),
        "no certificate": TlsFiles(ca=certificates / "ca.pem"),
    }[files]
    async with triton_client(guarded_triton.address, tls=tls) as client:
        with pytest.raises(InferenceServerException):
            await client.is_server_ready(client_timeout=3)


# Wrong settings, before any server is asked.


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        ({"brokers": " , "}, "STREAM_APP_KAFKA_BROKERS"),
        ({"brokers": "h:1,host:port"}, "STREAM_APP_KAFKA_BROKERS: “port” of host:port is no port"),
        ({"brokers": "h:0"}, "STREAM_APP_KAFKA_BROKERS"),
        ({"brokers": "h:1", "security": "SASL_SSL"}, "STREAM_APP_KAFKA_USERNAME"),
        ({"brokers": "h:1", "security": "SSL", "tls": TlsFiles(ca=Path("/nowhere"))}, "STREAM_APP_KAFKA_CA_FILE"),
        ({"brokers": "h:1", "security": "SSL", "tls": TlsFiles(key=Path(__file__))}, "STREAM_APP_KAFKA_CERT_FILE"),
        ({"brokers": "h:1", "security": "SSL", "tls": TlsFiles(ca=Path(__file__))}, "STREAM_APP_KAFKA_"),
        ({"brokers": "h:1", "tls": TlsFiles(ca=Path(__file__))}, "STREAM_APP_KAFKA_CA_FILE is for TLS"),
        ({"brokers": "h:1", "tls": TlsFiles(certificate=Path(__file__))}, "STREAM_APP_KAFKA_CERT_FILE is for TLS"),
        (
            {"brokers": "h:1", "security": "SSL", "login": Login(mechanism="PLAIN", username=USER, password=PASSWORD)},
            "STREAM_APP_KAFKA_SECURITY",
        ),
    ],
)
def test_wrong_setting_of_kafka_is_named(arguments: dict[str, object], setting: str) -> None:
    with pytest.raises(ConfigurationError, match=setting):
        kafka_connection(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["localhost:6379", "redis://u:secret#word@host:6379", "redis://host:secret"])
def test_wrong_url_of_redis_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="STREAM_APP_REDIS_URL") as caught:
        redis_client(url)
    assert "secret" not in str(caught.value)


def test_authority_for_redis_without_tls_is_a_contradiction() -> None:
    with pytest.raises(ConfigurationError, match="rediss://"):
        redis_client("redis://host:6379", ca_file=Path(__file__))


@pytest.mark.parametrize("url", ["http://host:8000", "host", "host:grpc", "[::1]:70000"])
def test_wrong_address_of_triton_is_told(url: str) -> None:
    with pytest.raises(ConfigurationError, match="STREAM_APP_TRITON_URL"):
        triton_client(url)


def test_certificate_for_triton_without_its_key_is_told() -> None:
    with pytest.raises(ConfigurationError, match="STREAM_APP_TRITON_KEY_FILE"):
        triton_client("host:8001", tls=TlsFiles(certificate=Path(__file__)))


def test_files_for_triton_without_tls_are_a_contradiction() -> None:
    with pytest.raises(ConfigurationError, match="STREAM_APP_TRITON_CA_FILE is for TLS"):
        triton_tls(TlsFiles(ca=Path(__file__)), wanted=False)
    assert triton_tls(TlsFiles(), wanted=False) is None
    assert triton_tls(TlsFiles(), wanted=True) == TlsFiles()
