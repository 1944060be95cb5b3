"""The lines of a `config.pbtxt` that say which versions Triton loads, and what each is called.

Only these are written anew when a version comes or goes: what an operator changed in the rest stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from stream_app.adapters.whole_file import write_whole

_POLICY = re.compile(r"^version_policy\s*:?\s*\{\s*\w+\s*:?\s*\{[^{}]*\}\s*\}\s*\n?", re.MULTILINE)
_NAME = re.compile(
    r'^parameters\s*:?\s*\{\s*key:\s*"version(?:_\d+)?"\s*,?\s*value\s*:?\s*\{[^{}]*\}\s*\}\s*\n?', re.MULTILINE
)


def version_parameter(number: int) -> str:
    """Return the key of the parameter that tells the version of this number."""
    return f"version_{number}"


def with_versions(config: str, versions: Mapping[int, str]) -> str:
    """Return the configuration with exactly these versions, by their numbers."""
    rest = _NAME.sub("", _POLICY.sub("", config)).rstrip()
    numbers = ", ".join(map(str, sorted(versions)))
    names = (
        f'parameters {{ key: "{version_parameter(number)}" value {{ string_value: "{name}" }} }}'
        for number, name in sorted(versions.items())
    )
    return "\n".join([rest, f"version_policy {{ specific {{ versions: [ {numbers} ] }} }}", *names]) + "\n"


def write_versions(model: Path, versions: Mapping[int, str]) -> dict[Path, str]:
    """Write the versions into every configuration of the model; return what each was that changed."""
    before = {}
    try:
        for file in _configurations(model):
            old = file.read_text(encoding="utf-8")
            if (new := with_versions(old, versions)) != old:
                write_whole(file, new)
                before[file] = old
    except OSError:  # a full disk: they are to agree
        for file, text in before.items():
            write_whole(file, text)
        raise
    return before


def _configurations(model: Path) -> Iterator[Path]:
    yield from (file for file in (model / "config.pbtxt", *sorted(model.glob("configs/*.pbtxt"))) if file.is_file())
