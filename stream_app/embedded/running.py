"""What `up` tells other commands of the same folder: the addresses of the servers that it started.

The file is locked for as long as they run, so that one that was left behind by a crash misleads nobody.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

Addresses = Mapping[str, str]

_FILE = "running.json"


@contextmanager
def announced(state_dir: Path, addresses: Addresses) -> Iterator[None]:
    """Let `find_running` find these addresses meanwhile; another `up` of the same folder that came first stays."""
    state_dir.mkdir(parents=True, exist_ok=True)
    fd = os.open(state_dir / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield
            return
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(dict(addresses)).encode(), 0)
        yield
        os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def find_running(state_dir: Path) -> Addresses:
    """Return what was announced and still runs; empty where nothing does."""
    try:
        fd = os.open(state_dir / _FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return {}
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return {str(name): str(value) for name, value in json.loads(os.pread(fd, 1 << 16, 0) or b"{}").items()}
    else:
        return {}
    finally:
        os.close(fd)
