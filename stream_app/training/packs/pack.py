"""A domain pack: heads with their labels and losses, data files with how their fields map, a graph; one TOML file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stream_app.errors import ConfigurationError

_SHIPPED = Path(__file__).parent


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Head(_Part):
    """What is told: a class of the text, a class of each marked span, or the terms of each kind by BIO tags.

    No `labels` means those that the data have, in alphabetical order; `loss` is how much the head's loss counts.
    """

    name: str
    kind: Literal["document", "mention", "tokens"]
    labels: tuple[str, ...] = ()
    loss: float = 1.0

    @property
    def classes(self) -> tuple[str, ...]:
        """The head's outputs, in order: its labels, or the tags that begin and go on with each, after `O`."""
        if self.kind != "tokens":
            return self.labels
        return ("O", *(f"{step}-{label}" for label in self.labels for step in "BI"))


class Source(_Part):
    """A JSONL file; `labels` maps heads to the fields that hold their labels, `text` names the text's field.

    `rules` are what more is derived of a row, by name. `held_out` files are never trained on, whole.
    """

    name: str
    file: Path
    text: str = "text"
    kind: Literal["news", "social"] = "news"
    labels: dict[str, str]
    rules: tuple[str, ...] = ()
    held_out: bool = False


class PackEncoder(_Part):
    """How many of the encoder's layers are used, all where none is said, and how many of those stay as they are."""

    layers: Annotated[int, Field(ge=1)] | None = None
    frozen: Annotated[int, Field(ge=0)] = 0


class Pack(_Part):
    """A domain. `folder` is where its own files stand; `losses` are those of no head; `training` changes the recipe."""

    name: str
    summary: str
    heads: tuple[Head, ...]
    data: tuple[Source, ...]
    graph: Path | None = None
    encoder: PackEncoder = PackEncoder()
    losses: dict[str, float] = {}
    training: dict[str, Any] = {}
    folder: Annotated[Path, Field(exclude=True)] = Path()

    def head(self, name: str) -> Head:
        """Return the head of that name."""
        return next(head for head in self.heads if head.name == name)

    def source(self, name: str) -> Source:
        """Return the data file of that name."""
        return next(source for source in self.data if source.name == name)


@cache
def load_pack(name: str | Path) -> Pack:
    """Return a shipped pack by its name, or one by its file; ConfigurationError where it is none."""
    path = Path(name)
    if path.suffix != ".toml":
        path = path.with_suffix(".toml") if path.with_suffix(".toml").exists() else _SHIPPED / f"{name}.toml"
    try:
        pack = Pack(**tomllib.loads(path.read_text(encoding="utf-8")), folder=path.parent)
    except OSError as error:
        shipped = ", ".join(sorted(one.stem for one in _SHIPPED.glob("*.toml")))
        raise ConfigurationError(f"no pack {name}: give the file of one, or a shipped one ({shipped})") from error
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise ConfigurationError(f"{path} cannot be read as a pack ({error}); mend it") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; mend it") from error
    _check(pack, path)
    return pack


def _check(pack: Pack, path: Path) -> None:
    known = {head.name for head in pack.heads}
    for source in pack.data:
        if unknown := set(source.labels) - known:
            raise ConfigurationError(f"{path}: data {source.name} labels head {min(unknown)}, which the pack lacks")
