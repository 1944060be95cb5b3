"""What a run was made of and what came out: two runs with equal hashes have equal digests."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

_PACKAGE = Path(__file__).parents[1]
_SOURCES = frozenset({".py", ".csv", ".json", ".txt"})
_MODELS = "_model_repo"
"""What an installed package carries of models, which have a version of their own."""


class Runtime(BaseModel):
    """What computed the scores: with another one they differ in their last digits."""

    model_config = ConfigDict(frozen=True)

    runtime: str
    precision: str
    processor_flags: tuple[str, ...] = ()


class Made(BaseModel):
    """What a run is made of beside its input; two runs that differ in `config_sha256` alone differ in alerts alone."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    kg_version: str
    model_version: str
    code_version: str
    model_runtime: Runtime
    events_config_sha256: str
    config_sha256: str


class Begun(BaseModel):
    """What a run was begun with, and the number under which that model is in the repository."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    model_number: int
    made: Made


class Manifest(BaseModel):
    """The last line of `replay run --json`, and `manifest.json` in the run's folder."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    name: str
    input_sha256: str = Field(description="Over topic, key, stamp and value of all that was fed, in its order.")
    kg_version: str
    model_version: str
    config_sha256: str = Field(description="Over the settings that results depend on.")
    events_config_sha256: str = Field("", description="The same without subscriptions, which decide only alerts.")
    code_version: str
    model_runtime: Runtime
    documents: int
    late: int = Field(description="Entries that came after their place in event time by more than the lateness.")
    first: datetime | None = Field(description="Event time of the first entry that tells one.")
    last: datetime | None
    counts: dict[str, int] = Field(description="Records fed and events written, by topic, repeats dropped.")
    kinds: dict[str, dict[str, int]] = Field(description="Events by topic and kind.")
    dead_letters: dict[str, int]
    digest: dict[str, str]
    repeats: dict[str, int] = Field(description="Events that were written again, by topic.")
    seconds: float
    feeding_seconds: float = Field(description="From the first look at the sources until all was finished.")
    run: dict[str, Any] = Field(description="How it was run, which results do not depend on.")
    taken_from: str | None = Field(None, description="The run whose events these are; None where all was run.")


def sha256_of(value: Any) -> str:  # noqa: ANN401  (anything that JSON can say)
    """Return the hash of a value's canonical JSON."""
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def code_version() -> str:
    """Return the program's version and a hash over its sources, and the tables and numbers beside them."""
    digest = sha256()
    for path in sorted(path for path in _PACKAGE.rglob("*.*") if path.suffix in _SOURCES and _MODELS not in path.parts):
        digest.update(str(path.relative_to(_PACKAGE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('stream-app')}+{digest.hexdigest()[:12]}"
