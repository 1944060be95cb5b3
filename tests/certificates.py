"""A certificate authority for tests, and a relay that puts TLS in front of a server that has none."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from stream_app.embedded.ports import LOOPBACK


def write_certificates(folder: Path) -> Path:
    """Write ca.pem, and certificate and key of a server on loopback and of a client; return the folder.

    Keys are PKCS#8, the one form that Kafka reads.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    for name, identities in {"server": ("localhost", LOOPBACK), "client": ("worker.example.org",)}.items():
        issued = authority.issue_cert(*identities)
        (folder / f"{name}.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key = load_pem_private_key(issued.private_key_pem.bytes(), password=None)
        (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder


@asynccontextmanager
async def tls_relay(port: int, certificates: Path) -> AsyncIterator[int]:
    """Take TLS connections on a port of its own (yielded), and pass what they say to `port` in plain text."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    relay = _Relay(port)
    server = await asyncio.start_server(relay.take, LOOPBACK, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await relay.close()


class _Relay:
    def __init__(self, port: int) -> None:
        self._port = port
        self._links: set[asyncio.Task[None]] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self._port)
        try:
            await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        finally:
            self._links.discard(task)
            there_writer.close()
            writer.close()

    async def close(self) -> None:
        """End all connections."""
        for task in self._links:
            task.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()
