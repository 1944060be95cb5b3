"""What is remembered of documents, in Redis, shared by all workers.

A document, a story, its members and each slot are keys of their own under the prefix; all of them go by themselves
a day after a story's span. Event time decides; expiry only keeps the store from growing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from datetime import timedelta
from typing import Any, cast

from redis.asyncio import Redis

from stream_app.adapters.redis_errors import redis_errors
from stream_app.adapters.seen_json import (
    MembersAsJson,
    member_to_json,
    seen_from_json,
    seen_to_json,
    story_from_json,
    story_to_json,
)
from stream_app.events.ids import STORY_ID_CHARACTERS
from stream_app.pipeline.novelty import (
    MOST_MEMBERS,
    MOST_STORIES_OF_SLOT,
    STORY_SPAN,
    Query,
    Recollection,
    Sighting,
)

_FORMAT = "seen1"
"""Part of every key: a worker that writes things down differently starts afresh."""

KEPT = STORY_SPAN + timedelta(days=1)

# One command for a whole batch: all or none, and a tenth of the client's time that a transaction of single
# commands takes. KEYS: of each sighting its document, members and story, then the slots of a story that it founds.
# ARGV: seconds to keep, most members, most bytes of a slot; of each sighting the number of slots, the document, the
# member, the story or nothing, the story's id.
_MARK = """
local seconds, most_members, slot_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local key, argument = 1, 4
while ARGV[argument] do
  local slots, story = tonumber(ARGV[argument]), ARGV[argument + 3]
  if redis.call('SET', KEYS[key], ARGV[argument + 1], 'EX', seconds, 'NX') then
    redis.call('RPUSH', KEYS[key + 1], ARGV[argument + 2])
    redis.call('LTRIM', KEYS[key + 1], -most_members, -1)
    redis.call('EXPIRE', KEYS[key + 1], seconds)
    if story ~= '' then
      redis.call('SET', KEYS[key + 2], story, 'EX', seconds)
      for slot = key + 3, key + 2 + slots do
        local ids = (redis.call('GET', KEYS[slot]) or '') .. ARGV[argument + 4]
        redis.call('SET', KEYS[slot], string.sub(ids, -slot_bytes), 'EX', seconds)
      end
    end
  end
  key, argument = key + 3 + slots, argument + 5
end
"""


class RedisSeenStore:
    """Recalls in two round trips, or one where nothing is alike; marks a batch in one."""

    def __init__(self, redis: Redis, *, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    async def recall(self, queries: Sequence[Query]) -> Recollection:
        """Return what is remembered that bears on the documents."""
        ids = list(dict.fromkeys(query.document_id for query in queries))
        slots = list(dict.fromkeys(slot for query in queries for slot in query.fingerprint.slots))
        if not ids:
            return Recollection({}, {}, {}, {})
        with redis_errors():
            keys = [*map(self._document, ids), *map(self._slot, slots)]
            values = cast("list[bytes | None]", await self._redis.mget(keys))
            found = {slot: _story_ids(value) for slot, value in zip(slots, values[len(ids) :], strict=True) if value}
            stories, members = await self._stories(dict.fromkeys(key for of in found.values() for key in of))
        seen = {key: seen_from_json(value) for key, value in zip(ids, values, strict=False) if value}
        return Recollection(
            seen=seen,
            stories={key: story_from_json(key, value) for key, value in stories.items()},
            members=MembersAsJson({key: members[key] for key in stories}),
            slots=found,
        )

    async def _stories(self, ids: Iterable[str]) -> tuple[dict[str, bytes], dict[str, list[bytes]]]:
        asked = list(ids)
        if not asked:
            return {}, {}
        async with self._redis.pipeline(transaction=False) as read:
            read.mget(list(map(self._story, asked)))
            for key in asked:
                read.lrange(self._members(key), 0, -1)
            stories, *members = await cast("Awaitable[list[Any]]", read.execute())
        there = {key: value for key, value in zip(asked, stories, strict=True) if value}
        return there, dict(zip(asked, members, strict=True))

    async def mark(self, sightings: Sequence[Sighting]) -> None:
        """Remember the documents that are not remembered yet, all or none."""
        if not sightings:
            return
        keys = [key for sighting in sightings for key in self._keys(sighting)]
        slot_bytes = MOST_STORIES_OF_SLOT * STORY_ID_CHARACTERS
        bounds: list[Any] = [int(KEPT.total_seconds()), MOST_MEMBERS, slot_bytes]
        values = [value for sighting in sightings for value in _values(sighting)]
        with redis_errors():
            await cast("Awaitable[None]", self._redis.eval(_MARK, len(keys), *keys, *bounds, *values))

    def _keys(self, sighting: Sighting) -> list[str]:
        story_id, founded = sighting.seen.story_id, sighting.founded
        slots = founded.fingerprint.slots if founded else ()
        names = [self._document(sighting.document_id), self._members(story_id), self._story(story_id)]
        return [*names, *map(self._slot, slots)]

    def _document(self, document_id: str) -> str:
        return f"{self._prefix}{_FORMAT}:document:{document_id}"

    def _story(self, story_id: str) -> str:
        return f"{self._prefix}{_FORMAT}:story:{story_id}"

    def _members(self, story_id: str) -> str:
        return f"{self._prefix}{_FORMAT}:members:{story_id}"

    def _slot(self, slot: int) -> str:
        return f"{self._prefix}{_FORMAT}:slot:{slot:x}"


def _values(sighting: Sighting) -> list[bytes | int | str]:
    founded = sighting.founded
    return [
        len(founded.fingerprint.slots) if founded else 0,
        seen_to_json(sighting.seen),
        member_to_json(sighting.member),
        story_to_json(founded) if founded else b"",
        sighting.seen.story_id,
    ]


def _story_ids(value: bytes) -> tuple[str, ...]:
    text = value.decode()
    return tuple(text[at : at + STORY_ID_CHARACTERS] for at in range(0, len(text), STORY_ID_CHARACTERS))
