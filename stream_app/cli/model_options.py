"""Options that the commands of `stream-app model` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stream_app.pipeline.tensors import MODEL_NAME
from stream_app.settings import Settings, shipped_model_repository

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
OwnDataOption = Annotated[Path | None, typer.Option(help="Folder of the training sets; a pack may bring its own.")]
RepositoryOption = Annotated[
    Path | None, typer.Option(help="Triton model repository; unset: STREAM_APP_MODEL_REPOSITORY.")
]


def repository_of(given: Path | None) -> Path:
    """Return the repository that an option names, else that of the settings."""
    return given or Settings().model_repository


def shipped_backend() -> Path:
    """Return the `model.py` by which Triton computes a version that brings none."""
    return shipped_model_repository() / MODEL_NAME / "1" / "model.py"
