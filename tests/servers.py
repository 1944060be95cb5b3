"""Servers that only tests start: Apache Kafka, from the folder that KAFKA_HOME names."""

from __future__ import annotations

import os
import secrets
import socket
import ssl
import struct
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from stream_app.embedded.ports import LOOPBACK
from stream_app.embedded.server import MAIN, Ports, Recipe, RunningServer, start_server

HOW_TO_GET_KAFKA = (
    "needs Apache Kafka: unpack a release from kafka.apache.org, have Java 17 or newer, "
    "and set KAFKA_HOME to its folder"
)
_CONTROLLER = "controller"
_API_VERSIONS = 18
_COMPILED_ONCE = "-XX:TieredStopAtLevel=1"
"""Java's second compiler is for servers that run for days: without it a start takes a third less processor time."""
_SINGLE_NODE = """\
process.roles=broker,controller
node.id=1
listener.security.protocol.map=CLIENT:{protocol},CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


@dataclass(frozen=True, kw_only=True)
class Security:
    """What a broker asks of its clients; `certificates` is a folder of `write_certificates`."""

    username: str | None = None
    password: str | None = None
    certificates: Path | None = None
    asks_for_certificate: bool = False

    @property
    def protocol(self) -> str:
        """The name that Kafka has for this combination."""
        return ("SASL_" if self.username else "") + ("SSL" if self.certificates else "PLAINTEXT")

    @property
    def client_auth(self) -> str:
        """Kafka's word for whether clients must show a certificate."""
        return "required" if self.asks_for_certificate else "none"


def kafka_home() -> Path:
    """Return the folder of Apache Kafka, or skip the test where none is named."""
    named = os.environ.get("KAFKA_HOME")
    if not named:
        pytest.skip(HOW_TO_GET_KAFKA)
    return Path(named)


def start_apache_kafka(data_dir: Path, security: Security = Security()) -> RunningServer:
    """Start one node on that folder; started again there (`restart`), it goes on with what it holds."""
    home = kafka_home()
    starter = home / "bin" / "kafka-start"
    command = _by_starter if starter.is_file() else _by_stock_scripts

    def is_ready(ports: Ports) -> bool:
        return _answers(ports[MAIN], security.certificates)

    recipe = Recipe(
        name="apache-kafka",
        title="Apache Kafka",
        command=lambda ports: command(home, data_dir, ports=ports, security=security),
        is_ready=is_ready,
        cause=r"(?:ERROR|FATAL|Exception|kafka-start:).*",
        port_names=(MAIN, _CONTROLLER),
        grace_seconds=30.0,
        environment={"JAVA_TOOL_OPTIONS": f"{os.environ.get('JAVA_TOOL_OPTIONS', '')} {_COMPILED_ONCE}"},
    )
    return start_server(recipe, state_dir=data_dir, timeout_seconds=90)


def _by_starter(home: Path, data_dir: Path, *, ports: Ports, security: Security) -> Sequence[str]:
    command = [str(home / "bin" / "kafka-start"), "--data-dir", str(data_dir / "data"), "--port", str(ports[MAIN])]
    command += ["--controller-port", str(ports[_CONTROLLER])]
    if security.username:
        command += ["--sasl", f"{security.username}:{security.password}"]
    if security.certificates:
        command += ["--tls", str(security.certificates), "--set", f"ssl.client.auth={security.client_auth}"]
    return command


def _by_stock_scripts(home: Path, data_dir: Path, *, ports: Ports, security: Security) -> Sequence[str]:
    properties = data_dir / "server.properties"
    lines = [_SINGLE_NODE.format(protocol=security.protocol), *_listeners(ports), f"log.dirs={data_dir / 'data'}"]
    properties.write_text("\n".join([*lines, *_sasl(security), *_tls(security, data_dir)]) + "\n")
    if not (data_dir / "data" / "meta.properties").exists():
        _format_storage(home, properties, security)
    return [str(home / "bin" / "kafka-server-start.sh"), str(properties)]


def _listeners(ports: Ports) -> list[str]:
    client, controller = f"{LOOPBACK}:{ports[MAIN]}", f"{LOOPBACK}:{ports[_CONTROLLER]}"
    return [
        f"listeners=CLIENT://{client},CONTROLLER://{controller}",
        f"advertised.listeners=CLIENT://{client}",
        f"controller.quorum.voters=1@{controller}",
    ]


def _sasl(security: Security) -> list[str]:
    if not security.username:
        return []
    login = f'username="{security.username}" password="{security.password}"'
    users = f'user_{security.username}="{security.password}"'
    module = "org.apache.kafka.common.security"
    return [
        "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256",
        "sasl.mechanism.inter.broker.protocol=PLAIN",
        f"listener.name.client.plain.sasl.jaas.config={module}.plain.PlainLoginModule required {login} {users};",
        f"listener.name.client.scram-sha-256.sasl.jaas.config={module}.scram.ScramLoginModule required;",
    ]


def _tls(security: Security, data_dir: Path) -> list[str]:
    if security.certificates is None:
        return []
    keystore = data_dir / "keystore.pem"
    parts = (security.certificates / name for name in ("server.key", "server.pem"))
    keystore.write_text("".join(part.read_text() for part in parts))
    return [
        "ssl.keystore.type=PEM",
        f"ssl.keystore.location={keystore}",
        "ssl.truststore.type=PEM",
        f"ssl.truststore.location={security.certificates / 'ca.pem'}",
        f"ssl.client.auth={security.client_auth}",
    ]


def _format_storage(home: Path, properties: Path, security: Security) -> None:
    command = [str(home / "bin" / "kafka-storage.sh"), "format", "-t", "A" + secrets.token_urlsafe(16)[:21]]
    command += ["-c", str(properties)]
    if security.username:
        command += ["--add-scram", f"SCRAM-SHA-256=[name={security.username},password={security.password}]"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"formatting Kafka's storage failed: {done.stdout}{done.stderr}"


def _answers(port: int, certificates: Path | None) -> bool:
    """Tell whether the broker answers ApiVersions, the one request that needs no login."""
    body = struct.pack(">hhih", _API_VERSIONS, 0, 1, -1)
    with ExitStack() as opened:
        try:
            link = opened.enter_context(socket.create_connection((LOOPBACK, port), timeout=1))
            if certificates:
                link = opened.enter_context(_client_context(certificates).wrap_socket(link))
            link.sendall(struct.pack(">i", len(body)) + body)
            return bool(link.recv(4))
        except OSError:
            return False


def _client_context(certificates: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    context.check_hostname = False
    context.load_cert_chain(certificates / "client.pem", certificates / "client.key")
    return context
