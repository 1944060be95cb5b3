"""The graph that the installed sources make, kept in the user's cache: it is built again only when they change.

Reading it takes a quarter of the time that building takes. The cache is `$XDG_CACHE_HOME/stream-app/graphs`, by default
`~/.cache/stream-app/graphs`; it can be deleted at any time, and where it cannot be written nothing is kept.
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from stream_app import events, knowledge
from stream_app.errors import DataError
from stream_app.knowledge.build import Progress, build_graph
from stream_app.knowledge.files import from_bytes, to_bytes
from stream_app.knowledge.graph import KnowledgeGraph

_PACKAGES = ("pycountry", "pytickersymbols")  # whose data is in the graph
_CODE = (Path(knowledge.__file__).parent, Path(events.__file__).parent)
_MOST_KEPT = 8


def installed_graph(report: Progress = lambda _: None) -> KnowledgeGraph:
    """Return what `build_graph` returns; `report` hears of each step where it is built."""
    return read_or_build(_kept_file(), lambda: build_graph(report))


def read_or_build(file: Path | None, build: Callable[[], KnowledgeGraph]) -> KnowledgeGraph:
    """Return the graph of `file`; where it holds none, what `build` returns, which it then keeps if it can."""
    if file is None:
        return build()
    with suppress(OSError, DataError):
        return from_bytes(file.read_bytes(), str(file))
    graph = build()
    with suppress(OSError):
        _keep(file, graph)
    return graph


def sources_digest() -> str:
    """Return a name for all that the built graph depends on: tables, code, and the packages with data of their own."""
    digest = sha256(repr([(name, importlib.metadata.version(name)) for name in _PACKAGES]).encode())
    for folder in _CODE:
        for path in sorted(folder.rglob("*.*")):
            if path.suffix != ".pyc" and path.is_file():
                digest.update(f"{path.relative_to(folder)}\0".encode())
                digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _kept_file() -> Path | None:
    """Return where the graph of these sources is kept, None where the user has no home."""
    cache = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = Path(cache) if cache else Path.home() / ".cache"
    except RuntimeError:
        return None
    return folder / "stream-app" / "graphs" / f"{sources_digest()}.jsonl.gz"


def _keep(file: Path, graph: KnowledgeGraph) -> None:
    """Write the file in one step, for others may read it now, and forget the oldest of too many."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, delete=False) as partial:
        partial.write(to_bytes(graph))
    Path(partial.name).replace(file)
    kept = sorted(file.parent.iterdir(), key=lambda one: one.stat().st_mtime)
    for old in kept[:-_MOST_KEPT]:
        old.unlink(missing_ok=True)
