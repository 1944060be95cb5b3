"""Where partitions really end.

The embedded broker answers the question for a partition's end with the offset of its last batch's first record and one
(measured with Tansu 0.6.0: 4 after batches of 3 and 10). The high watermark that comes with what is fetched is right
on it, and on Apache Kafka both are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

_FETCH_MS = 100
_PATIENCE_SECONDS = 10.0


async def true_ends(consumer: AIOKafkaConsumer, places: Collection[TopicPartition]) -> dict[TopicPartition, int]:
    """Return the end offsets; the consumer is assigned to nothing afterwards, so that it does not go on fetching."""
    ends: dict[TopicPartition, int] = await consumer.end_offsets(list(places))
    filled = [place for place, end in ends.items() if end > 0]
    consumer.unsubscribe()
    if not filled:
        return ends
    consumer.assign(filled)
    for place in filled:
        consumer.seek(place, ends[place] - 1)
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while any(consumer.highwater(place) is None for place in filled):
        await consumer.getmany(timeout_ms=_FETCH_MS)
        if asyncio.get_running_loop().time() > deadline:
            raise KafkaTimeoutError("the end of a partition cannot be read")
    highwaters = {place: consumer.highwater(place) for place in filled}
    consumer.unsubscribe()
    return ends | {place: max(ends[place], highwater) for place, highwater in highwaters.items()}
