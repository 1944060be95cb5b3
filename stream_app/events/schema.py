"""The class that every event of the contract derives from, and the instants they carry."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema


class Schema(BaseModel):
    """An immutable value whose JSON follows the contract: no NaN, unknown fields ignored."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        ser_json_inf_nan="constants",
        serialize_by_alias=True,
        val_json_bytes="base64",
    )


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment in UTC, written as RFC 3339."""


def _standard_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


RawBytes = Annotated[
    bytes,
    # pydantic's own base64 is the URL alphabet, which most decoders read wrongly without an error
    PlainSerializer(_standard_base64, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
"""Bytes as they were, written as standard base64."""
