"""Commands of one folder find what an `up` of that folder runs, and nothing that has ended."""

from __future__ import annotations

import os
from pathlib import Path

from stream_app.embedded.running import announced, find_running


def test_addresses_are_found_while_they_are_announced_and_not_after(tmp_path: Path) -> None:
    with announced(tmp_path, {"kafka_brokers": "127.0.0.1:1"}):
        assert find_running(tmp_path) == {"kafka_brokers": "127.0.0.1:1"}
    assert find_running(tmp_path) == {}


def test_a_folder_without_an_up_has_nothing_running(tmp_path: Path) -> None:
    assert find_running(tmp_path / "nowhere") == {}


def test_what_a_killed_up_left_behind_misleads_nobody(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        with announced(tmp_path, {"kafka_brokers": "127.0.0.1:1"}):
            os._exit(0)
    os.waitpid(child, 0)
    assert (tmp_path / "running.json").read_text()
    assert find_running(tmp_path) == {}


def test_the_first_of_two_stays_announced(tmp_path: Path) -> None:
    with announced(tmp_path, {"kafka_brokers": "first"}):
        with announced(tmp_path, {"kafka_brokers": "second"}):
            assert find_running(tmp_path) == {"kafka_brokers": "first"}
        assert find_running(tmp_path) == {"kafka_brokers": "first"}
