"""The `tritonserver` that `nvidia-pytriton` carries, put together so that its Python backend runs this very Python."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from stream_app.errors import NotInstalled

_STUB = "triton_python_backend_stub"
_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_LIBPYTHON = f"libpython{_PYTHON}.so.1.0"
_ELSEWHERE = "or set STREAM_APP_TRITON_URL"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """How an installed Triton is called."""

    command: Sequence[str]
    environment: Mapping[str, str]


def packaged_triton(state_dir: Path) -> Installation:
    """Return how to call the packaged Triton, with its backends gathered in a folder of `state_dir`."""
    root = _package() / "tritonserver"
    stub = root / "python_backend_stubs" / _PYTHON / _STUB
    server = root / "bin" / "tritonserver"
    for part in (stub, server):
        if not part.is_file():
            raise NotInstalled(f"nvidia-pytriton has no {part}: install version 0.7.0, {_ELSEWHERE}")
    backends = state_dir.resolve() / f"triton-backends-{_PYTHON}"
    for part in [*sorted((root / "backends" / "python").glob("*.*")), stub]:
        _link(backends / "python" / part.name, part)
    return Installation(
        command=(str(server), f"--backend-directory={backends}"),
        environment={
            # The stub embeds a Python, and takes the one whose `python3` comes first: ours, with its packages.
            "PATH": _joined(Path(sys.executable).parent, "PATH"),
            "LD_LIBRARY_PATH": _joined(_libpython_folder(), "LD_LIBRARY_PATH"),
        },
    )


def _package() -> Path:
    # The package itself is not imported: it is slow, and nothing of it is needed but its files.
    spec = find_spec("pytriton")
    if spec is None or not spec.submodule_search_locations:
        raise NotInstalled(f"the embedded Triton is not installed: pip install 'stream-app[embedded]', {_ELSEWHERE}")
    return Path(spec.submodule_search_locations[0])


def _link(link: Path, target: Path) -> None:
    """Point the link at the target in one step, so that two starts in the same folder do not disturb each other."""
    if link.is_symlink() and link.readlink() == target:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.symlink_to(target)
    fresh.replace(link)


def _libpython_folder() -> Path:
    for folder in _library_folders():
        if (folder / _LIBPYTHON).exists():
            return folder
    raise NotInstalled(
        f"Triton's Python backend needs {_LIBPYTHON}, and this Python has none: "
        f"install it (Debian, Ubuntu: apt install libpython{_PYTHON}), {_ELSEWHERE}"
    )


def _library_folders() -> Iterator[Path]:
    own = (sysconfig.get_config_var("LIBDIR"), f"{sys.base_prefix}/lib")
    system = (f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}", "/usr/lib64", "/usr/lib", "/usr/local/lib")
    return (Path(folder) for folder in (*own, *system) if folder)


def _joined(first: Path, variable: str) -> str:
    return os.pathsep.join([str(first), *filter(None, [os.environ.get(variable)])])
