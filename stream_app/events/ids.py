"""Identities that are functions of the input, so that a repeat is harmless wherever it is read."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://stream-app.invalid/events")
_SEPARATOR = "\x1f"

STORY_ID_CHARACTERS = 32


def _joined(*parts: str) -> bytes:
    return _SEPARATOR.join(parts).encode("utf-8", "surrogatepass")


def document_id(source: str | None, published_at: datetime, text: str) -> str:
    """Return the id of a document that brought none: a hash of source, time and text."""
    digest = hashlib.sha256(_joined(source or "", published_at.isoformat(), text))
    return f"doc-{digest.hexdigest()[:32]}"


def story_id(document: str) -> str:
    """Return the id of the story that this document begins, `STORY_ID_CHARACTERS` long."""
    return f"story-{hashlib.sha256(_joined(document)).hexdigest()[:26]}"


def sentiment_event_id(document: str, entity: str | None, model_version: str) -> str:
    """Return the UUIDv5 of document id, entity id and model version."""
    name = _SEPARATOR.join((document, entity or "", model_version))
    return str(uuid.uuid5(_NAMESPACE, name))


def risk_event_id(trigger: str, exposed: str, direction: str) -> str:
    """Return the UUIDv5 of the trigger's event id, the exposed entity's id and the direction."""
    return str(uuid.uuid5(_NAMESPACE, _SEPARATOR.join(("risk", trigger, exposed, direction))))


def rollup_id(entity: str, window: str, start: datetime) -> str:
    """Return the UUIDv5 of an entity's window, which every revision of it shares."""
    return str(uuid.uuid5(_NAMESPACE, _SEPARATOR.join((entity, window, start.isoformat()))))


def alert_id(subscription: str, event: str, opened_at: datetime | None = None) -> str:
    """Return the UUIDv5 of subscription and event id; for a digest, of its first event and when that opened it."""
    window = "" if opened_at is None else opened_at.isoformat()
    return str(uuid.uuid5(_NAMESPACE, _SEPARATOR.join(("alert", subscription, event, window))))
