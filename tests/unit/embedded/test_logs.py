"""What a log file says of a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stream_app.embedded.logs import LogFile
from stream_app.errors import ConfigurationError


def write(log: LogFile, text: str) -> None:
    os.write(log.fd, text.encode())


def test_last_words_are_the_last_line_that_says_anything(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "server")
    write(log, "one\ntwo\n\n  \n")
    assert log.last_words() == "two"


def test_last_words_are_the_cause_where_the_log_has_one(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "server")
    write(log, "starting\n\x1b[31mERROR\x1b[0m disk is full\nERROR bye\nstack backtrace:\n")
    assert log.last_words(r"ERROR.*") == "ERROR disk is full"


def test_last_words_are_those_of_the_present_life(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "server")
    write(log, "ERROR of before\n")
    log.mark()
    assert log.last_words(r"ERROR.*") == "(nothing)"
    write(log, "ERROR of now\n")
    assert log.last_words(r"ERROR.*") == "ERROR of now"


def test_last_words_of_a_server_that_talks_much_stay_one_line(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "server")
    write(log, "x" * 200_000)
    assert log.last_words().endswith("…")
    assert len(log.last_words()) == 300


def test_log_is_emptied_for_a_new_run_and_readable_after_its_end(tmp_path: Path) -> None:
    first = LogFile(tmp_path, "server")
    write(first, "old\n")
    first.close()
    first.close()
    assert first.last_words() == "old"
    second = LogFile(tmp_path, "server")
    assert second.path == first.path
    assert second.last_words() == "(nothing)"


def test_two_runs_in_one_folder_have_logs_of_their_own(tmp_path: Path) -> None:
    first, second = LogFile(tmp_path, "server"), LogFile(tmp_path, "server")
    write(first, "mine\n")
    assert (first.path.name, second.path.name) == ("server.log", "server-2.log")
    assert second.last_words() == "(nothing)"


def test_folder_that_cannot_be_written_is_named_with_the_setting_that_changes_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="STREAM_APP_STATE_DIR"):
        LogFile(tmp_path / "file", "server")
