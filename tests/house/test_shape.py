"""The shape of the code base: sizes, names, and what may stand where. Read from the syntax tree, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_is_short_enough_to_hold_one_idea(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (MOST_LINES_COMPOSE if path.name == "compose.py" else MOST_LINES)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(_tree(path))
    assert docstring
    assert len(docstring.splitlines()) <= MOST_LINES_DOCSTRING_OF_MODULE


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_function_fits_a_screen(path: Path) -> None:
    long = [
        node.name for node in _functions(_tree(path)) if (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=_name)
def test_no_module_has_a_vague_name(path: Path) -> None:
    assert not VAGUE_NAMES & set(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=_name)
def test_nothing_is_left_unfinished(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [word for word in UNFINISHED if word in text]


@pytest.mark.parametrize("path", TESTS, ids=_name)
def test_every_test_can_fail(path: Path) -> None:
    """A test holds an assertion, expects an exception, or calls a verifier whose name says so."""
    tests = [node for node in _functions(_tree(path)) if node.name.startswith("test_")]
    assert not [node.name for node in tests if not _claims(node)]


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
