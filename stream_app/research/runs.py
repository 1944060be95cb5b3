"""The run that research is done on: only one that is done says the whole."""

from __future__ import annotations

from stream_app.errors import DataError
from stream_app.replay.folder import RunFolder
from stream_app.replay.manifest import Manifest


def finished(folder: RunFolder) -> Manifest:
    """Return what came out of a run; DataError where there is none, or it is not done."""
    folder.run()
    manifest = folder.manifest()
    if manifest is None:
        raise DataError(f"run {folder.name} is {folder.state}: wait for its end, or `replay resume {folder.name}`")
    return manifest
