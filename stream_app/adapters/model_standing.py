"""Which version of the model is served, and which were before: a small file at the top of the model repository.

It lies beside the model's folder, not in it: Triton loads a model anew when any file of its folder is new.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from stream_app.adapters.whole_file import write_whole
from stream_app.errors import DataError

STANDING_FILE = "promotions.json"


class Switch(BaseModel):
    """A version began to be served; `at` None: it was there before the first promotion."""

    model_config = ConfigDict(frozen=True)

    number: int
    by: Literal["export", "promote", "rollback"]
    at: datetime | None = None


class Standing(BaseModel):
    """All switches, oldest first, and the challenger: a version that Triton has ready without its being served."""

    model_config = ConfigDict(frozen=True)

    switches: tuple[Switch, ...] = ()
    challenger: int | None = None

    @property
    def served(self) -> int | None:
        """The version that is served; None where nothing was ever written down."""
        return self.switches[-1].number if self.switches else None

    @property
    def before(self) -> int | None:
        """The version that a rollback goes back to; None where there is none."""
        served: list[int] = []
        for switch in self.switches:
            if switch.by == "rollback":
                served.pop()
            else:
                served.append(switch.number)
        return served[-2] if len(served) > 1 else None

    @property
    def loaded(self) -> tuple[int, ...]:
        """What Triton has ready: the served version, the one before, whose work may be in hand, and the challenger."""
        return tuple(sorted({one for one in (self.served, self.before, self.challenger) if one is not None}))

    def switched(self, switch: Switch) -> Standing:
        """Return the standing after a switch; a rollback keeps what it goes back from as the challenger."""
        challenger = self.served if switch.by == "rollback" else self.challenger
        return Standing(
            switches=(*self.switches, switch), challenger=None if challenger == switch.number else challenger
        )


def read_standing(repository: Path) -> Standing:
    """Return the standing; an empty one where nothing was ever written down. DataError where it cannot be read."""
    file = repository / STANDING_FILE
    try:
        return Standing.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Standing()
    except (OSError, ValidationError) as error:
        raise DataError(f"{file} cannot be read ({error}): restore it, or delete it to serve the newest") from error


def write_standing(repository: Path, standing: Standing) -> None:
    """Write the standing in one step, so that a reader sees the old one or the new one."""
    write_whole(repository / STANDING_FILE, standing.model_dump_json(indent=2) + "\n")
