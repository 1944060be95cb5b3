"""What the documentation names exists: commands, options, settings, files; its examples fit the schemas."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from stream_app.cli.commands import COMMANDS
from stream_app.cli.complaints import WrongUse
from stream_app.events.examples import example
from stream_app.events.schema import Schema
from stream_app.events.topics import DEAD_LETTERS, FEEDBACK, NEWS, RISK, ROLLUPS, SENTIMENT, TICKS, TOPICS
from stream_app.settings import CONFIG_VARIABLE, Settings

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = {f"STREAM_APP_{name.upper()}" for name in Settings.model_fields} | {
    CONFIG_VARIABLE,
    "STREAM_APP_REQUIRE_SERVERS",  # read by the tests
}
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@each_page
def test_links_lead_to_files_that_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


@each_page
def test_commands_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*stream-app ([a-z]+)", page.read_text(encoding="utf-8")))
    typed = {
        word
        for block in blocks(page, "sh")
        for word in re.findall(r"^(?:.*\s)?stream-app ([a-z]+)", block, re.MULTILINE)
    }
    assert not (named | typed) - COMMANDS.keys()


def typed(page: Path) -> list[str]:
    """Return the commands of a page's shell blocks, whole, without comments; those with an ellipsis are no commands."""
    lines = "\n".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()
    found = [line.partition("stream-app ")[2] for line in lines if re.match(r"(?:[A-Z_]+=\S+ )*stream-app ", line)]
    return [one.partition(" | ")[0] for one in found if "…" not in one.partition(" #")[0]]


def complaint_of(command: Any, name: str, args: list[str]) -> str | None:
    """Return what is wrong with a call, without making it."""
    try:
        with command.make_context(name, list(args)) as context:
            if not hasattr(command, "commands"):
                return None
            inner, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])  # noqa: SLF001
            return complaint_of(found, inner, rest)
    except typer.Exit:  # of --help
        return None
    except WrongUse as error:
        return str(error.format_message())


@each_page
def test_commands_that_are_shown_are_right_use(page: Path) -> None:
    for line in typed(page):
        name, *args = shlex.split(line, comments=True)
        app = typer.main.get_command(importlib.import_module(f"stream_app.cli.{name}").app)
        assert complaint_of(app, name, args) is None, line


@each_page
def test_settings_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"\bSTREAM_APP_[A-Z_]*[A-Z]\b(?!_)", page.read_text(encoding="utf-8")))
    assert not {name for name in named if name not in SETTINGS}


@each_page
def test_python_examples_parse(page: Path) -> None:
    assert all(ast.parse(block) for block in blocks(page, "python"))


def test_the_readme_has_a_row_for_every_command_and_for_no_other() -> None:
    assert re.findall(r"^\| `stream-app ([a-z]+)` \|", README, re.MULTILINE) == list(COMMANDS)


def test_the_makefile_has_the_two_commands_of_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in ("demo", "test"))
    assert re.findall(r"^make (\w+)", README, re.MULTILINE) == ["demo", "test"]


def schema_of(value: dict[str, object]) -> type[Schema]:
    if "corrected_at" in value:
        return FEEDBACK.schema
    if "exposed" in value:
        return RISK.schema
    if "event_id" in value:
        return SENTIMENT.schema
    by_field = {"rollup_id": ROLLUPS, "event_time": TICKS, "error_kind": DEAD_LETTERS}
    return next((topic.schema for name, topic in by_field.items() if name in value), NEWS.schema)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "events.md"], ids=lambda page: page.name)
def test_examples_in_json_are_whole_events(page: Path) -> None:
    values = [json.loads(block) for block in blocks(page, "json")]
    assert values
    for value in values:
        schema = schema_of(value)
        schema.model_validate_json(json.dumps(value))
        assert value.keys() <= schema.model_fields.keys()
        assert schema is NEWS.schema or value.keys() == schema.model_fields.keys()


def test_the_example_of_the_page_of_events_is_that_of_the_schemas() -> None:
    written = [json.loads(block) for block in blocks(ROOT / "docs" / "events.md", "json")]
    assert json.loads(example(SENTIMENT).model_dump_json()) in written
    assert json.loads(example(RISK).model_dump_json()) in written
    assert json.loads(example(ROLLUPS).model_dump_json()) in written


def test_the_page_of_events_has_every_field_of_an_event_and_every_kind_of_error() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    kinds = DEAD_LETTERS.schema.model_fields["error_kind"].annotation
    assert all(f'"{field}"' in page for field in (SENTIMENT.schema.model_fields | RISK.schema.model_fields))
    assert all(f"`{kind}`" in page for kind in kinds)  # type: ignore[union-attr]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_page_of_events_says_how_long_a_topic_is_kept(topic: object) -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    name, kept = getattr(topic, "name", ""), getattr(topic, "kept", None)
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
    assert (f"{kept.days} days" in row) if kept else row.endswith("| compacted |")
