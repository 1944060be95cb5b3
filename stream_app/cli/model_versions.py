"""`stream-app model promote`, `rollback` and `list`: which version of the model is served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.model_repository import network_folders, read_metadata, read_version, version_numbers
from stream_app.adapters.model_standing import Standing
from stream_app.adapters.triton_control import TritonControl
from stream_app.cli.model_options import JsonOption, RepositoryOption, repository_of, shipped_backend
from stream_app.cli.model_sources import exported_from_run, served_accuracy
from stream_app.cli.output import announce, stdout, write_json
from stream_app.cli.target import settings_in_use
from stream_app.clients import triton_of
from stream_app.errors import DataError
from stream_app.pipeline.tensors import MODEL_NAME
from stream_app.promotion.gate import check_loss, figures_of
from stream_app.promotion.install import checked_digest, install
from stream_app.promotion.switching import Loader, held, settle_installed, standing_of
from stream_app.promotion.switching import offer as offer_version
from stream_app.promotion.switching import promote as promote_version
from stream_app.promotion.switching import rollback as roll_back

Change = Callable[[Loader | None], Awaitable[Standing]]
_HEADS = ("document", "mention", "topic")
_RECORDS = ("run.json", "chinese.json")


def promote(
    source: Annotated[str, typer.Argument(metavar="RUN|FOLDER|NUMBER", help="What is to be served.")],
    *,
    data: Annotated[Path | None, typer.Option(help="Training sets: a run needs them, a folder is scored anew.")] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Have it ready as the challenger; do not serve it.")] = False,
    repository: RepositoryOption = None,
    json: JsonOption = False,
) -> None:
    """Serve another version without a restart: a finished run, an exported folder, or a number of `model list`.

    It is refused where it loses over 0.3 points of accuracy as served.

    Example: stream-app model promote runs/fourth --data DATA
    """
    target = repository_of(repository)
    number = _installed(source, target, data)

    def change(triton: Loader | None) -> Awaitable[Standing]:
        if shadow:
            return offer_version(target, number, triton=triton)
        return promote_version(target, number, at=SystemClock().now(), triton=triton)

    _changed(target, change, number=number, json=json)


def rollback(*, repository: RepositoryOption = None, json: JsonOption = False) -> None:
    """Serve the version before again, without a restart; the one that it replaces stays as the challenger.

    It is refused where the files of the version before are damaged.

    Example: stream-app model rollback
    """
    target = repository_of(repository)
    if (before := standing_of(target).before) is not None:
        _check_whole(target / MODEL_NAME / str(before))
    _changed(target, lambda triton: roll_back(target, at=SystemClock().now(), triton=triton), number=None, json=json)


def list_versions(*, repository: RepositoryOption = None, json: JsonOption = False) -> None:
    """List the versions in the model repository: which is served, since when, and the figures of their cards.

    Example: stream-app model list
    """
    target = repository_of(repository)
    if not version_numbers(target):
        raise DataError(f"{target} holds no version of a model: name a model repository by --repository")
    whole = (Column(title, no_wrap=True) for title in ("no", "version", "reads", "state"))
    table = Table(*whole, "since (UTC)", *_HEADS, title="accuracy on held-out texts, as served", box=SIMPLE_HEAD)
    standing = standing_of(target)
    for number in version_numbers(target):
        since = next((one.at for one in reversed(standing.switches) if one.number == number), None)
        about = _about(target / MODEL_NAME / str(number))
        if json:
            write_json({"number": number, "state": _state(standing, number), "promoted_at": since, **about})
        shown = f"{since:%Y-%m-%d %H:%M:%S}" if since else ""
        told = (str(number), about["version"] or "damaged", ", ".join(about["languages"]))
        figures = (about["scores"].get(head, {}).get("accuracy") for head in _HEADS)
        cells = ("–" if figure is None else f"{figure:.4f}" for figure in figures)
        table.add_row(*told, _state(standing, number), shown, *cells)
    if not json:
        stdout().print(table)


def _about(folder: Path) -> dict[str, Any]:
    """Return what a version says of itself; of a damaged one why it is, without a name."""
    try:
        metadata = read_metadata(folder)
        languages = [one for network in network_folders(folder) for one in read_metadata(network)["languages"]]
        named = {name: metadata[name] for name in ("version", "sha256")}
    except (DataError, KeyError, TypeError) as error:
        why = str(error) if isinstance(error, DataError) else f"its metadata lacks {error}"
        announce(f"{folder} is damaged: {why}")
        return {"languages": [], "version": None, "sha256": None, "scores": {}, "damaged": why}
    return {"languages": languages, **named, "scores": metadata.get("scores") or {}}


def _state(standing: Standing, number: int) -> str:
    if number == standing.served:
        return "served"
    if number == standing.challenger:
        return "challenger"
    return "before" if number == standing.before else ""


def _installed(source: str, target: Path, data: Path | None) -> int:
    """Return the number of what is to be served, after the gate, and installed if it was not."""
    folder = target / MODEL_NAME / source if source.isdecimal() else Path(source)
    if any((folder / record).is_file() for record in _RECORDS):
        return exported_from_run(folder, data, target)
    if not (folder / "metadata.json").is_file():
        raise DataError(f"{folder} is neither a finished run nor an exported version; see `stream-app model list`")
    _pass_gate(folder, data)
    if source.isdecimal():
        return int(source)
    with held(target):
        before = standing_of(target) if version_numbers(target) else None
        number = install(folder, target, backend=shipped_backend())
        settle_installed(target, before)
    return number


def _check_whole(folder: Path) -> None:
    """Raise DataError where a version's files are damaged, or of another program, which no worker could read."""
    checked_digest(folder)
    read_version(folder, number=0)


def _pass_gate(folder: Path, data: Path | None) -> None:
    _check_whole(folder)
    for further in network_folders(folder)[1:]:
        check_loss(*figures_of(read_metadata(further), further))
    metadata = read_metadata(folder)
    full, served = figures_of(metadata, folder)
    served = served_accuracy(folder, data) if data else served
    check_loss(full, served)
    lost = max(full[head] - served[head] for head in full)
    where = "measured here" if data else "measured at its export"
    announce(
        f"{metadata['version']} loses at most {max(lost, 0.0):.4f} of accuracy as served, {where}: it may be served"
    )


def _changed(target: Path, change: Change, *, number: int | None, json: bool) -> None:
    with held(target):
        standing, address = asyncio.run(_in_reach(change))
    found = _described(target, standing, number) | {"triton": address}
    if json:
        write_json(found)
        return
    stdout().print(
        f"served: {found['served']}" + (f", challenger: {found['challenger']}" if found["challenger"] else "")
    )
    if address is None:
        announce("no Triton is configured or runs here: one that is started on this repository serves it")


async def _in_reach(change: Change) -> tuple[Standing, str | None]:
    """Make the change with the Triton that is configured, or that an `up` of this folder runs."""
    settings = settings_in_use()
    if settings.triton_url is None:
        return await change(None), None
    async with triton_of(settings) as client:
        control = TritonControl(client, settings.triton_url, wait_seconds=settings.start_timeout)
        return await change(control), settings.triton_url


def _described(target: Path, standing: Standing, number: int | None) -> dict[str, Any]:
    def name(one: int | None) -> str | None:
        try:
            return None if one is None else str(read_metadata(target / MODEL_NAME / str(one))["version"])
        except (DataError, KeyError):
            return None  # what was done is told, whatever became of the others

    last = standing.switches[-1]
    return {
        "number": standing.served if number is None else number,
        "served": name(standing.served),
        "before": name(standing.before),
        "challenger": name(standing.challenger),
        "promoted_at": last.at,
    }
