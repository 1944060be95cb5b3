"""What code may not reach that is to depend on its arguments alone: clocks, chance and files, under whatever name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_CLOCKS = {
    *(f"time.{name}" for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "localtime")),
    *(f"time.{name}_ns" for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time")),
    *(f"time.{name}" for name in ("gmtime", "ctime", "sleep", "clock_gettime")),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
}
_CHANCE = {"uuid.uuid1", "uuid.uuid4", "os.urandom", "random.SystemRandom"}
_FILES = {"open", "io.open", "os.open"}
_BANNED = _CLOCKS | _CHANCE | _FILES
_BANNED_MODULES = ("secrets.", "socket.", "subprocess.", "threading.")
_SEEDED = {"random.Random", "numpy.random.default_rng", "numpy.random.RandomState"}
_GENERATORS = {"numpy.random.Generator", "numpy.random.SeedSequence", "numpy.random.PCG64"}
_CLOCK_METHODS = {"now", "utcnow", "today", "monotonic", "perf_counter", "urandom", "uuid4"}


def impurities(source: str) -> list[str]:
    """Return what the source reaches, with its line."""
    tree = ast.parse(source)
    names = dict(_imported(tree))
    seeded = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and (node.args or node.keywords)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            path = _path(node, names)
            if _is_impure(path, is_seeded=id(node) in seeded) or _asks_the_time(node):
                found.append(f"line {node.lineno}: {path}")
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield (one.asname, one.name) if one.asname else (one.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)


def _path(node: ast.expr, names: dict[str, str]) -> str:
    """Return the dotted name that an expression stands for."""
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else "?"


def _is_impure(path: str, *, is_seeded: bool) -> bool:
    if path in _BANNED or path.startswith(_BANNED_MODULES):
        return True
    if path in _SEEDED:
        return not is_seeded
    return path.startswith(("random.", "numpy.random.")) and path not in _GENERATORS


def _asks_the_time(node: ast.expr) -> bool:
    """A method of that name is a clock's, unless it is the clock that the code was given."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in _CLOCK_METHODS
        and not ast.unparse(node.value).endswith("clock")
    )
