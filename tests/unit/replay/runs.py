"""Run folders for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from stream_app.events.topics import ALERTS, SENTIMENT
from stream_app.replay.folder import Namespace, RunFile, RunFolder
from stream_app.replay.manifest import Manifest, Runtime
from stream_app.replay.output import keep
from stream_app.replay.request import Request
from tests.factories import START


def begun(state_dir: Path, name: str, **asked: Any) -> RunFolder:
    """Return the folder of a run that somebody asked for; `asked` is of its request."""
    folder = RunFolder(state_dir, name)
    namespace = Namespace(
        topic_prefix=f"replay.{name}.", redis_prefix=f"replay:{name}:", consumer_group=f"replay-{name}"
    )
    request = Request.model_validate({"files": ("a.jsonl",)} | asked).model_dump(mode="json")
    folder.begin(
        RunFile(name=name, namespace=namespace, request=request, begun_at=START, kafka_brokers=None, redis=False)
    )
    return folder


def finished(
    state_dir: Path, name: str, events: Sequence[dict[str, Any]], *, alerts: Sequence[str] = (), **fields: Any
) -> RunFolder:
    """Return the folder of a run that is done."""
    folder = begun(state_dir, name)
    kept = keep(map(orjson.dumps, events), folder.path, topic=SENTIMENT.name)
    keep((orjson.dumps({"alert_id": one}) for one in alerts), folder.path, topic=ALERTS.name)
    versions = dict.fromkeys(("input_sha256", "kg_version", "model_version", "config_sha256", "code_version"), "same")
    values: dict[str, Any] = versions | {
        "name": name,
        "model_runtime": Runtime(runtime="memory", precision="f32"),
        "documents": len(events),
        "late": 0,
        "first": None,
        "last": None,
        "counts": {SENTIMENT.name: kept.events},
        "kinds": {},
        "dead_letters": {},
        "digest": {SENTIMENT.name: kept.digest},
        "repeats": {},
        "seconds": 1.0,
        "feeding_seconds": 1.0,
        "run": {},
    }
    folder.finish(Manifest.model_validate(values | fields))
    return folder
