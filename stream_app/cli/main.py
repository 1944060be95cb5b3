"""The command `stream-app`: its own options, and errors as one line and an exit status."""

from __future__ import annotations

import gc
import importlib.metadata
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from stream_app.cli.commands import LazyGroup
from stream_app.cli.complaints import WrongUse, of_system, wrong_use
from stream_app.cli.configuration import OPTION, config_first, is_wrong_setting, use_config, wrong_setting
from stream_app.errors import StreamAppError

_COLLECTED_AFTER = (50_000, 20, 50)
"""Thresholds of the collector. A graph is made of a million objects that stay; at Python's own it walks them so often
that a command takes a fifth longer to start."""

app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  (typer calls it so)
    if wanted:
        sys.stdout.write(f"stream-app {importlib.metadata.version('stream-app')}\n")
        raise typer.Exit


@app.callback()
def _options(
    *,
    config: Annotated[
        Path | None, typer.Option(OPTION, metavar="FILE.toml", help="Settings, weaker than STREAM_APP_* and .env.")
    ] = None,
    version: Annotated[  # noqa: ARG001  (its callback answers)
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Real-time financial sentiment on Kafka: documents in, calibrated events about entities out.

    Try it: stream-app demo
    """
    use_config(config)


def main() -> None:
    """Run the command line. Exit status: 0, 1 or more (it failed, one line says why), 2 (wrong use), 130 (Ctrl-C)."""
    gc.set_threshold(*_COLLECTED_AFTER)
    try:
        status = app(args=config_first(sys.argv[1:]), prog_name="stream-app", standalone_mode=False)
    except WrongUse as error:
        if not error.format_message():  # called without anything, it has shown the help
            sys.exit(error.exit_code)
        _fail(wrong_use(error))
    except StreamAppError as error:
        _fail(error)
    except ValidationError as error:
        if not is_wrong_setting(error):
            raise
        _fail(wrong_setting(error))
    except OSError as error:
        if (told := of_system(error)) is None:
            raise
        _fail(told)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(error: StreamAppError) -> NoReturn:
    sys.stderr.write(f"stream-app: {' '.join(str(error).split())}\n")
    sys.exit(error.exit_code)
