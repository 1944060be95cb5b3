"""The shape of the code base: sizes, names, and what may stand where. Read from the syntax tree, nothing is run.

Each claim is one test that names all files that break it: a test for each file were four thousand more to report.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "stream_app"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

MOST_LINES = 250
MOST_LINES_COMPOSE = 200
MOST_LINES_FUNCTION = 50
MOST_LINES_DOCSTRING_OF_MODULE = 14
VAGUE_NAMES = {"utils", "helpers", "common", "manager", "base", "misc", "util", "helper", "core", "stuff"}
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_modules_are_short_enough_to_hold_one_idea() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    most = {path: MOST_LINES_COMPOSE if path.name == "compose.py" else MOST_LINES for path in MODULES}
    assert [_name(path) for path in MODULES if lines[path] > most[path]] == []


def test_modules_say_what_they_are_for() -> None:
    said = {_name(path): ast.get_docstring(_tree(path)) or "" for path in MODULES}
    assert [name for name, text in said.items() if not text] == []
    assert [name for name, text in said.items() if len(text.splitlines()) > MOST_LINES_DOCSTRING_OF_MODULE] == []


def test_every_function_fits_a_screen() -> None:
    functions = [(_name(path), node) for path in MODULES for node in _functions(_tree(path))]
    lines = [(name, node.name, (node.end_lineno or 0) - node.lineno + 1) for name, node in functions]
    assert [one for one in lines if one[-1] > MOST_LINES_FUNCTION] == []


def test_no_module_has_a_vague_name() -> None:
    parts = {_name(path): set(path.relative_to(ROOT).with_suffix("").parts) for path in (*MODULES, *TESTS)}
    assert [name for name, found in parts.items() if VAGUE_NAMES & found] == []


def test_nothing_is_left_unfinished() -> None:
    texts = {_name(path): path.read_text(encoding="utf-8") for path in (*MODULES, *TESTS)}
    assert [(name, word) for name, text in texts.items() for word in UNFINISHED if word in text] == []


def test_every_test_can_fail() -> None:
    """A test holds an assertion, expects an exception, or calls a verifier whose name says so."""
    functions = [(_name(path), node) for path in TESTS for node in _functions(_tree(path))]
    tests = [(name, node) for name, node in functions if node.name.startswith("test_")]
    assert len(tests) > len(TESTS)
    assert [(name, node.name) for name, node in tests if not _claims(node)] == []


def _claims(test: ast.AST) -> bool:
    calls = (node.func for node in ast.walk(test) if isinstance(node, ast.Call))
    names = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
    checked = any(name in {"raises", "fail", "warns"} or name.startswith(("assert_", "check_")) for name in names)
    return checked or any(isinstance(node, ast.Assert) for node in ast.walk(test))


def test_settings_are_read_by_the_composition_root_and_the_command_line_alone() -> None:
    allowed = {
        "compose.py",
        "compose_ingest.py",
        "compose_media.py",
        "compose_model.py",
        "compose_risk.py",
        "clients.py",
        "settings.py",
    }
    readers = [
        _name(path)
        for path in MODULES
        if "stream_app.settings" in path.read_text(encoding="utf-8")
        and path.name not in allowed
        and "cli" not in path.parts
    ]
    assert not readers
