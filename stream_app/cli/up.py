"""`stream-app up`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer

from stream_app.cli.output import announce, stdout, write_json
from stream_app.cli.system import System, running_system
from stream_app.embedded.supervisor import stop_on_signals
from stream_app.settings import Settings

app = typer.Typer()
_VARIABLES = {
    "kafka": "STREAM_APP_KAFKA_BROKERS",
    "redis": "STREAM_APP_REDIS_URL",
    "triton": "STREAM_APP_TRITON_URL",
}


@app.command()
def up(
    *,
    workers: Annotated[int, typer.Option(min=1, help="Workers to run; more than partitions are idle.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print the addresses as a JSON line once all is ready.")] = False,
) -> None:
    """Start what is not configured to be elsewhere (broker, cache, Triton), and workers; Ctrl-C stops all of it.

    The embedded broker and cache keep what they hold in memory only: it is gone when they stop. Meanwhile feed, tail,
    dlq and kg find them by themselves, in the same folder.

    Example: stream-app up --workers 2
    """
    with running_system(Settings(), workers=workers, report=announce) as system, stop_on_signals() as stop:
        if json:
            write_json(ready_line(system))
        else:
            stdout().print(_exports(system), soft_wrap=True)
            announce("all is ready; Ctrl-C stops it")
        system.supervisor.run(stop)
        announce("stopping")


def ready_line(system: System) -> dict[str, object]:
    """Return what `--json` says first: where everything is."""
    settings = system.settings
    return {
        "event": "ready",
        "kafka": settings.kafka_brokers,
        "redis": _without_login(settings.redis_url.get_secret_value()) if settings.redis_url else None,
        "triton": settings.triton_url,
        "web": None,
        "pids": system.pids,
    }


def _without_login(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _exports(system: System) -> str:
    """Return the addresses as a shell takes them."""
    ready = ready_line(system)
    return "\n".join(f"export {variable}={ready[name]}" for name, variable in _VARIABLES.items())
