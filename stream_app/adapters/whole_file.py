"""Files that are replaced in one step: who reads them sees the old content or the new one, never half of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Yield the path of a draft, which becomes the file at the end; whatever is raised leaves the file as it was."""
    draft = file.with_name(f".{file.name}.new")
    try:
        yield draft
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write_whole(file: Path, content: str | bytes) -> None:
    """Replace a file in one step; OSError, and the old file as it was, where the new one cannot be written."""
    with replacing(file) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)
