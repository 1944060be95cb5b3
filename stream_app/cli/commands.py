"""The table of commands. A command's module is imported when it runs, so that `--help` answers at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: Mapping[str, str] = {
    "up": "Start what is not configured to be elsewhere, and workers.",
    "demo": "Feed the shipped sample and print what comes out.",
    "worker": "Run one worker against configured servers.",
    "feed": "Publish documents from files (JSONL, CSV, Parquet, RSS, Atom).",
    "tail": "Follow a topic as a table.",
    "replay": "Replay history, isolated and to the same bytes each time.",
    "backtest": "Hold what a run says against what prices did next.",
    "score": "Score a text, or a file of documents, without any server.",
    "subscribe": "Add, list, show and remove subscriptions to alerts.",
    "dlq": "Read and mend dead letters.",
    "kg": "Build, load, show and compare the knowledge graph.",
    "causal": "Fit and calibrate the causal model on history.",
    "model": "Train, evaluate, export and promote the fusion model.",
    "schema": "Export JSON Schema and AsyncAPI 3.",
    "doctor": "Check every server, version, topic and model.",
    "bench": "Run the benchmarks.",
}


class LazyGroup(TyperGroup):
    """Lists the commands without importing them; `stream_app.cli.NAME` holds the app of command NAME."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  (typer keeps its classes to itself)
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        """Return what the help shows of a command."""
        summary = COMMANDS.get(cmd_name)
        return TyperCommand(name=cmd_name, help=summary) if summary else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Import the command that was asked for."""
        name, _, rest = super().resolve_command(ctx, args)
        module = importlib.import_module(f"stream_app.cli.{name}")
        command = typer.main.get_command(module.app)
        command.name = name
        _dress(command)
        return name, command, rest


def _dress(command: Any) -> None:  # noqa: ANN401
    """Let help flow in paragraphs, and leave out what typer adds to every app."""
    command.rich_markup_mode = "markdown"
    command.params = [one for one in command.params if one.name not in {"install_completion", "show_completion"}]
    for inner in getattr(command, "commands", {}).values():
        _dress(inner)
