"""What goes out on `dead.letters`: a record that could not be processed, and why."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, NonNegativeInt

from stream_app.events.schema import Instant, RawBytes, Schema


class ErrorKind(StrEnum):
    """Why a record was rejected."""

    NOT_JSON = "not_json"
    WRONG_TYPE = "wrong_type"
    NO_TEXT = "no_text"
    NO_TIME = "no_time"
    BAD_TIME = "bad_time"
    FUTURE_TIME = "future_time"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    WRONG_KEY = "wrong_key"
    PROCESSING_FAILED = "processing_failed"


class DeadLetter(Schema):
    """One rejected record, whole, so that it can be mended and sent again.

    A redelivered record gives the same dead letter again: (source_topic, partition, offset) identifies it.
    """

    source_topic: str
    partition: NonNegativeInt
    offset: NonNegativeInt
    key: RawBytes | None = Field(description="Raw key, base64.")
    value: RawBytes | None = Field(description="Raw value, base64.")
    error_kind: ErrorKind
    field: str | None = Field(default=None, description="The field at fault, where there is one.")
    message: str
    occurred_at: Instant
