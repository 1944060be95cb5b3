"""The files of the fusion model."""

from __future__ import annotations

import hashlib
from pathlib import Path

from stream_app.adapters.model_repository import ModelFiles, NetworkFiles, read_metadata, read_model
from stream_app.doctor.finding import Finding, failed, failure, ok, warning
from stream_app.errors import StreamAppError
from stream_app.pipeline.tensors import OF_FURTHER_NETWORKS

_WEIGHTS, _CONFIG = "model.onnx", "config.pbtxt"
_RESTORE = "restore it: git checkout model_repo, reinstall the package, or stream-app model export"


def check_model(repository: Path) -> Finding:
    """Look whether the repository has a model that this program can use, and whether its weights are whole."""
    try:
        files = read_model(repository)
    except StreamAppError as error:
        return failed("model", error)
    if not (files.folder.parent / _CONFIG).is_file():
        return failure("model", f"{files.folder.parent} has no {_CONFIG}", _RESTORE)
    digests = [_digest_of(network) for network in files.networks]
    if wrong := next((one for one in digests if isinstance(one, Finding)), None):
        return wrong
    return _unread_by_triton(files) or ok(
        "model", f"{files.version}, sha256 {str(digests[0])[:12]}…, reads {', '.join(sorted(files.languages))}"
    )


def _digest_of(network: NetworkFiles) -> str | Finding:
    """Return the digest of a network's weights, or what is wrong with them."""
    weights = network.folder / _WEIGHTS
    if not weights.is_file():
        return failure("model", f"{weights} is missing", _RESTORE)
    stated = read_metadata(network.folder)["sha256"]
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != stated:
        return failure("model", f"{weights} is damaged: its sha256 is {found[:12]}…, not {stated[:12]}…", _RESTORE)
    return found


def _unread_by_triton(files: ModelFiles) -> Finding | None:
    """Return the warning that Triton's configuration is older than what the version can tell, if it is."""
    config = files.folder.parent / _CONFIG
    text = config.read_text(encoding="utf-8")
    languages = ", ".join(sorted(files.languages - files.main.languages))
    wanted = dict.fromkeys(OF_FURTHER_NETWORKS, f"read {languages}") if files.further else {}
    if "statements" in read_metadata(files.folder).get("temperatures", {}):
        wanted["mention_statements"] = "tell what texts state of names"
    lacking = next((name for name in wanted if name not in text), None)
    if lacking is None:
        return None
    detail = f"{files.version}, but {config} lacks {lacking}: Triton does not {wanted[lacking]}"
    return warning("model", detail, "take config.pbtxt from the shipped model_repo, and model promote again")
