"""Clients of Kafka, Redis and Triton, made from addresses, logins and certificate files."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from tritonclient.grpc import aio as triton

from stream_app.errors import ConfigurationError

_REDIS_TIMEOUT_SECONDS = 5.0
_REDIS_IDLE_CHECK_SECONDS = 30
_MAX_GRPC_BYTES = 64 * 1024 * 1024
# Left to itself, gRPC waits up to two minutes between attempts to reach a server that came back long ago.
_MIN_RECONNECT_MS, _MAX_RECONNECT_MS = 250, 2_000


_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user of Kafka; the mechanism is PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."""

    mechanism: str
    username: str | None
    password: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files; without a CA the system's are trusted, without a certificate the client shows none."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


def kafka_connection(
    brokers: str, *, security: str = "PLAINTEXT", login: Login | None = None, tls: TlsFiles | None = None
) -> dict[str, Any]:
    """Return the arguments that every aiokafka client takes.

    `security` is a name of Kafka's: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
    """
    addresses = [address.strip().removeprefix("kafka://") for address in brokers.split(",") if address.strip()]
    if not addresses:
        raise ConfigurationError("STREAM_APP_KAFKA_BROKERS names no broker: give host:port,…")
    _check_is_used(security, login, tls)
    for address in addresses:
        _check_port(address, "STREAM_APP_KAFKA_BROKERS")
    connection: dict[str, Any] = {"bootstrap_servers": ",".join(addresses), "security_protocol": security}
    if security.endswith("SSL"):
        connection["ssl_context"] = _tls_context(tls or TlsFiles(), "STREAM_APP_KAFKA")
    if security.startswith("SASL"):
        connection |= _sasl(login)
    return connection


def _check_is_used(security: str, login: Login | None, tls: TlsFiles | None) -> None:
    """Refuse what would be left out without a word: whoever names an authority or a password expects it to count."""
    if named := not security.endswith("SSL") and _named(tls):
        raise ConfigurationError(
            f"STREAM_APP_KAFKA_{named}_FILE is for TLS: set STREAM_APP_KAFKA_SECURITY to SSL or SASL_SSL"
        )
    if not security.startswith("SASL") and login is not None and (login.username or login.password):
        raise ConfigurationError(
            "STREAM_APP_KAFKA_USERNAME and _PASSWORD are for a login: set STREAM_APP_KAFKA_SECURITY to SASL_SSL "
            "(or to SASL_PLAINTEXT, which sends them unencrypted)"
        )


def _named(files: TlsFiles | None) -> str | None:
    """Return which of the files is named, as in its setting."""
    named = {} if files is None else {"CA": files.ca, "CERT": files.certificate, "KEY": files.key}
    return next((name for name, path in named.items() if path is not None), None)


def _sasl(login: Login | None) -> dict[str, str]:
    if login is None or not login.username or not login.password:
        raise ConfigurationError(
            "STREAM_APP_KAFKA_SECURITY asks for a login: set STREAM_APP_KAFKA_USERNAME and STREAM_APP_KAFKA_PASSWORD"
        )
    return {
        "sasl_mechanism": login.mechanism,
        "sasl_plain_username": login.username,
        "sasl_plain_password": login.password,
    }


def _tls_context(files: TlsFiles, settings: str) -> ssl.SSLContext:
    _check_files(files, settings)
    try:
        context = ssl.create_default_context(cafile=files.ca)
        if files.certificate is not None:
            context.load_cert_chain(files.certificate, files.key)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(f"{settings}_*_FILE: {error.strerror or error}: give readable PEM files") from error
    return context


def _check_files(files: TlsFiles, settings: str) -> None:
    named = {"CA": files.ca, "CERT": files.certificate, "KEY": files.key}
    for name, path in named.items():
        if path is not None and not path.is_file():
            raise ConfigurationError(f"{settings}_{name}_FILE: there is no file {path}")
    if files.key is not None and files.certificate is None:
        raise ConfigurationError(f"{settings}_KEY_FILE belongs to a certificate: set {settings}_CERT_FILE")


def redis_client(url: str, *, ca_file: Path | None = None) -> Redis:
    """Return a client that connects when it is first used; `rediss://` is TLS, user and password are in the URL.

    It tries a lost connection once more and then raises: who calls it knows whether it can go on without.
    """
    arguments: dict[str, Any] = {}
    if ca_file is not None:
        if not url.startswith("rediss://"):
            raise ConfigurationError("STREAM_APP_REDIS_CA_FILE is for TLS: begin STREAM_APP_REDIS_URL with rediss://")
        _check_files(TlsFiles(ca=ca_file), "STREAM_APP_REDIS")
        arguments["ssl_ca_certs"] = str(ca_file)
    try:
        client: Redis = Redis.from_url(
            url,
            socket_timeout=_REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
            health_check_interval=_REDIS_IDLE_CHECK_SECONDS,
            retry=Retry(NoBackoff(), 1),
            **arguments,
        )
    except ValueError:
        # The library's message may hold a part of the password.
        raise ConfigurationError(
            "STREAM_APP_REDIS_URL is not redis://[user:password@]host:port[/number] (or rediss://): "
            "mend it, with special characters of the password written as %XX"
        ) from None
    return client


def triton_tls(files: TlsFiles, *, wanted: bool) -> TlsFiles | None:
    """Return the files for TLS with Triton, or None for plain text; ConfigurationError where they contradict that."""
    if not wanted and (named := _named(files)):
        raise ConfigurationError(f"STREAM_APP_TRITON_{named}_FILE is for TLS: set STREAM_APP_TRITON_TLS=true")
    return files if wanted else None


def triton_address(url: str) -> str:
    """Return `host:port` of Triton's gRPC; ConfigurationError for anything else."""
    address = url.removeprefix("grpc://")
    if "://" in address or ":" not in address:
        raise ConfigurationError(f"STREAM_APP_TRITON_URL is {url}: give host:port of Triton's gRPC (often port 8001)")
    _check_port(address, "STREAM_APP_TRITON_URL")
    return address


def _check_port(address: str, setting: str) -> None:
    """Raise ConfigurationError where what stands behind a host, which may be an IPv6 address, is no port."""
    _, colon, port = address.rpartition("]")[2].rpartition(":")
    if colon and not (port.isdecimal() and 0 < int(port) <= _LAST_PORT):
        raise ConfigurationError(f"{setting}: “{port}” of {address} is no port: give host:port")


def triton_client(url: str, *, tls: TlsFiles | None = None) -> triton.InferenceServerClient:
    """Return a client for gRPC at `host:port`; `tls` None means plain text. To be made once a process, on its loop."""
    address = triton_address(url)
    if tls is None:
        return triton.InferenceServerClient(address, channel_args=_channel_options())
    _check_files(tls, "STREAM_APP_TRITON")
    if (tls.key is None) != (tls.certificate is None):
        raise ConfigurationError("STREAM_APP_TRITON_CERT_FILE and STREAM_APP_TRITON_KEY_FILE belong together: set both")
    return triton.InferenceServerClient(
        address,
        ssl=True,
        root_certificates=tls.ca,
        private_key=tls.key,
        certificate_chain=tls.certificate,
        channel_args=_channel_options(),
    )


def _channel_options() -> Sequence[tuple[str, int]]:
    return [
        ("grpc.max_send_message_length", _MAX_GRPC_BYTES),
        ("grpc.max_receive_message_length", _MAX_GRPC_BYTES),
        ("grpc.initial_reconnect_backoff_ms", _MIN_RECONNECT_MS),
        ("grpc.min_reconnect_backoff_ms", _MIN_RECONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", _MAX_RECONNECT_MS),
        # Triton stands next to its workers: an `http_proxy` of the environment is for others.
        ("grpc.enable_http_proxy", 0),
    ]
