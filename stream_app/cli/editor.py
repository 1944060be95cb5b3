"""The user's editor on a text."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from stream_app.errors import ConfigurationError


def edit(text: str) -> str:
    """Return the text as the user leaves it in $VISUAL or $EDITOR (else vi), without a last line feed."""
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.json"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*command, str(path)], check=True)  # noqa: S603  (the user's own command)
        except (OSError, subprocess.CalledProcessError) as error:
            raise ConfigurationError(f"the editor {command[0]} failed ({error}): set EDITOR") from error
        return path.read_text(encoding="utf-8").removesuffix("\n")
