"""Files that are replaced in one step: who reads them sees the old content or the new one, never half of it."""

from __future__ import annotations

from pathlib import Path


def write_whole(file: Path, content: str | bytes) -> None:
    """Replace a file in one step; OSError, and the old file as it was, where the new one cannot be written."""
    draft = file.with_name(f".{file.name}.new")
    try:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
