"""The engine that agents run on, before it speaks to any broker."""

from __future__ import annotations

from pathlib import Path

from stream_app.agents.engine import EngineOptions, engine
from stream_app.agents.in_hand import InHand
from stream_app.agents.worker import assigned_partitions


def options(data_dir: Path) -> EngineOptions:
    return EngineOptions(
        group="workers",
        connection={"bootstrap_servers": "127.0.0.1:1"},
        rebalance_timeout=2,
        fetch_wait=0.05,
        session_timeout=6,
        heartbeat_interval=1,
        commit_interval=1,
        data_dir=data_dir,
        grace=1,
    )


def test_worker_makes_the_folders_of_its_state_where_none_of_them_is_there(tmp_path: Path) -> None:
    """As in a container or a unit of systemd, where nothing has run before."""
    engine(options(tmp_path / "state" / "faust"), InHand(filling=0))._create_directories()  # noqa: SLF001  (Faust calls it)
    assert (tmp_path / "state" / "faust").is_dir()


def test_who_asks_for_partitions_before_the_engine_starts_makes_no_consumer(tmp_path: Path) -> None:
    """One that was made by the watch belonged to the watch's event loop, and a slow start never came to its end."""
    app = engine(options(tmp_path), InHand(filling=0))
    assert assigned_partitions(app) == set()
    assert app._consumer is None  # noqa: SLF001
    assert app._transport is None  # noqa: SLF001
