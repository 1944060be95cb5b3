"""The topics that documents go into, as a choice on the command line."""

from __future__ import annotations

from enum import StrEnum

from stream_app.events.topics import NEWS, SOCIAL


class Input(StrEnum):
    """Names of the input topics."""

    NEWS = NEWS.name
    SOCIAL = SOCIAL.name
