"""What was scored already, so that a study which was interrupted goes on; a figure is kept with what it is of."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from stream_app.adapters.whole_file import write_whole
from stream_app.training.judged import HeadScore


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of figures; `corpus` names what they were measured on."""

    folder: Path
    corpus: str

    def or_made(self, name: str, content: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the figures of this name and content (a digest), as they were kept, else as they are made now."""
        file, key = self.folder / f"{name}.json", [self.corpus, content]
        with suppress(OSError, ValueError, KeyError, TypeError):  # none, or one that an earlier program left half
            kept = orjson.loads(file.read_bytes())
            if kept["of"] == key:
                figures: dict[str, Any] = kept["figures"]
                return figures
        self.folder.mkdir(parents=True, exist_ok=True)
        line = orjson.dumps({"of": key, "figures": make()}, option=orjson.OPT_SERIALIZE_NUMPY)
        write_whole(file, line)
        read: dict[str, Any] = orjson.loads(line)["figures"]
        return read


def scores_of(figures: dict[str, Any]) -> dict[str, HeadScore]:
    """Return each head's score as it was kept."""
    return {head: HeadScore(**one) for head, one in figures["scores"].items()}
