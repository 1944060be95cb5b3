"""How a seen store writes down what it remembers: compact JSON, read by any worker of the same version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from stream_app.events.sentiment_event import StoryCounts
from stream_app.pipeline.fingerprint import Fingerprint
from stream_app.pipeline.novelty import Member, Seen, Story

_COUNTS = tuple(StoryCounts.model_fields)


def seen_to_json(seen: Seen) -> bytes:
    """Write what was decided about a document."""
    counts = {entity: [getattr(of, name) for name in _COUNTS] for entity, of in seen.counts.items()}
    return orjson.dumps([seen.story_id, seen.repeats, counts, seen.versions])


def seen_from_json(value: bytes) -> Seen:
    """Read what `seen_to_json` wrote."""
    story_id, repeats, counts, (model_version, kg_version) = orjson.loads(value)
    read = {entity: StoryCounts(**dict(zip(_COUNTS, of, strict=True))) for entity, of in counts.items()}
    return Seen(story_id, repeats, read, (model_version, kg_version))


def story_to_json(story: Story) -> bytes:
    """Write a story, the slots of its fingerprint excepted."""
    print_ = story.fingerprint
    lead = None if print_.lead == print_.whole else print_.lead
    return orjson.dumps([story.published_at, sorted(story.entities), print_.whole, lead, sorted(print_.marks)])


def story_from_json(story_id: str, value: bytes) -> Story:
    """Read what `story_to_json` wrote."""
    published_at, entities, whole, lead, marks = orjson.loads(value)
    sketch = tuple(whole)
    fingerprint = Fingerprint(sketch, sketch if lead is None else tuple(lead), frozenset(marks))
    return Story(story_id, datetime.fromisoformat(published_at), frozenset(entities), fingerprint)


def member_to_json(member: Member) -> bytes:
    """Write one document of a story."""
    return orjson.dumps([member.published_at, member.repeats, sorted(member.entities)])


def member_from_json(value: bytes) -> Member:
    """Read what `member_to_json` wrote."""
    published_at, repeats, entities = orjson.loads(value)
    return Member(datetime.fromisoformat(published_at), repeats, frozenset(entities))


@dataclass(frozen=True, slots=True, eq=False)
class MembersAsJson(Mapping[str, tuple[Member, ...]]):
    """Members of stories, read when they are asked for: most stories that are recalled turn out to be others."""

    written: Mapping[str, Sequence[bytes]]

    def __getitem__(self, story: str) -> tuple[Member, ...]:
        """Read the members of one story."""
        return tuple(map(member_from_json, self.written[story]))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the stories."""
        return iter(self.written)

    def __len__(self) -> int:
        """Number of stories."""
        return len(self.written)
