"""The settings page says of each setting what the code says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from stream_app.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def row(name: str, field: FieldInfo) -> str:
    """Return the line of the table that a setting has."""
    return f"| `STREAM_APP_{name.upper()}` | {default(field)} | {field.description} |"


def default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "the shipped one"
    if field.default is None or field.default == "":
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_setting_has_its_line_in_the_table(name: str) -> None:
    assert row(name, Settings.model_fields[name]) in PAGE.splitlines()


def test_table_has_no_setting_that_is_gone() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| `STREAM_APP_")]
    assert len(lines) == len(Settings.model_fields)
