"""The engine that agents run on, before it speaks to any broker."""

from __future__ import annotations

from pathlib import Path

from stream_app.agents.engine import EngineOptions, engine
from stream_app.agents.in_hand import InHand


def test_worker_makes_the_folders_of_its_state_where_none_of_them_is_there(tmp_path: Path) -> None:
    """As in a container or a unit of systemd, where nothing has run before."""
    options = EngineOptions(
        group="workers",
        connection={"bootstrap_servers": "127.0.0.1:1"},
        rebalance_timeout=2,
        fetch_wait=0.05,
        session_timeout=6,
        heartbeat_interval=1,
        commit_interval=1,
        data_dir=tmp_path / "state" / "faust",
        grace=1,
    )
    engine(options, InHand(filling=0))._create_directories()  # noqa: SLF001  (Faust calls it)
    assert (tmp_path / "state" / "faust").is_dir()
