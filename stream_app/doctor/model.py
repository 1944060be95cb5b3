"""The files of the fusion model."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from stream_app.adapters.model_repository import read_model
from stream_app.doctor.finding import Finding, failed, failure, ok
from stream_app.errors import StreamAppError

_WEIGHTS, _METADATA, _CONFIG = "model.onnx", "metadata.json", "config.pbtxt"
_RESTORE = "restore it: git checkout model_repo, reinstall the package, or stream-app model export"


def check_model(repository: Path) -> Finding:
    """Look whether the repository has a model that this program can use, and whether its weights are whole."""
    try:
        files = read_model(repository)
    except StreamAppError as error:
        return failed("model", error)
    if not (files.folder.parent / _CONFIG).is_file():
        return failure("model", f"{files.folder.parent} has no {_CONFIG}", _RESTORE)
    weights = files.folder / _WEIGHTS
    if not weights.is_file():
        return failure("model", f"{weights} is missing", _RESTORE)
    stated = orjson.loads((files.folder / _METADATA).read_bytes())["sha256"]
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != stated:
        return failure("model", f"{weights} is damaged: its sha256 is {found[:12]}…, not {stated[:12]}…", _RESTORE)
    return ok("model", f"{files.version}, sha256 {found[:12]}…, reads {', '.join(sorted(files.languages))}")
