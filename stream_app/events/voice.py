"""What is known of who speaks, before any record: a news source, an account with a public, or a stranger."""

from __future__ import annotations

from enum import StrEnum

from stream_app.events.sentiment_event import SentimentEvent

KNOWN_FOLLOWERS = 1_000
"""An account with fewer, or of which nothing is known, costs little to make."""


class Grade(StrEnum):
    """What is known of a source before its record."""

    WIRE = "w"
    KNOWN = "k"
    STRANGER = "s"


def grade_of(event: SentimentEvent) -> Grade:
    """Return the grade of the event's source."""
    if event.source_kind == "news":
        return Grade.WIRE
    followers = event.author.followers if event.author else None
    return Grade.KNOWN if (followers or 0) >= KNOWN_FOLLOWERS else Grade.STRANGER
