"""Records of files reach the log in their order, and no faster than asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from stream_app.adapters.files import FileRecord, publish
from stream_app.pipeline.ports import Message


class Log:
    """A log that keeps what it is given."""

    def __init__(self) -> None:
        self.batches: list[list[Message]] = []

    async def send(self, messages: Sequence[Message]) -> None:
        self.batches.append(list(messages))


def records(count: int) -> list[FileRecord]:
    return [FileRecord(key=b"k", value=str(number).encode()) for number in range(count)]


async def test_every_record_is_sent_once_in_order_in_bounded_batches() -> None:
    log, counted = Log(), []
    sent = await publish(log, "news.raw", records(1234), on_sent=counted.append)
    values = [message.value for batch in log.batches for message in batch]
    assert values == [str(number).encode() for number in range(1234)]
    assert (sent, sum(counted)) == (1234, 1234)
    assert max(map(len, log.batches)) <= 500


async def test_a_rate_holds_the_stream_back() -> None:
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await publish(Log(), "news.raw", records(11), rate=100)
    assert loop.time() - begin >= 0.09


async def test_no_records_send_nothing() -> None:
    log = Log()
    assert await publish(log, "news.raw", []) == 0
    assert not log.batches
