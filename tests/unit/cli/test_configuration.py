"""The file of settings may stand anywhere in the command, and what is wrong with it is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from stream_app.cli.configuration import config_first, is_wrong_setting, use_config, wrong_setting
from stream_app.errors import ConfigurationError
from stream_app.events.document import Document
from stream_app.settings import CONFIG_VARIABLE, Settings


@pytest.mark.parametrize(
    ("args", "ordered"),
    [
        (["feed", "a", "--config", "f", "b"], ["--config", "f", "feed", "a", "b"]),
        (["feed", "--config=f"], ["--config=f", "feed"]),
        (["--config", "f", "feed"], ["--config", "f", "feed"]),
        (["score", "--", "--config", "f"], ["score", "--", "--config", "f"]),
        (["feed", "--config"], ["--config", "feed"]),
        ([], []),
    ],
)
def test_config_is_moved_to_the_front_unless_it_is_an_argument(args: list[str], ordered: list[str]) -> None:
    assert config_first(args) == ordered


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"kafka_broker = 'a:1'\n", "unknown settings \\(kafka_broker\\)"),
        (b"partitions = \n", "is not TOML"),
        (b"\xff", "is not TOML"),
    ],
)
def test_a_wrong_file_is_told_by_its_name(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "app.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"app.toml .*{message}"):
        use_config(path)


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none.toml cannot be read"):
        use_config(tmp_path / "none.toml")


def test_the_file_gives_settings_to_this_process_and_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, "")
    monkeypatch.setenv("STREAM_APP_PARTITIONS", "")
    monkeypatch.chdir(tmp_path)
    Path("app.toml").write_text("partitions = 9\nlog_json = true\n", encoding="utf-8")
    use_config(Path("app.toml"))
    assert Settings().partitions == 9
    monkeypatch.setenv("STREAM_APP_PARTITIONS", "3")
    assert (Settings().partitions, Settings().log_json) == (3, True)


def test_a_wrong_setting_is_told_by_the_name_of_its_variable() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(partitions=0)
    assert is_wrong_setting(caught.value)
    assert str(wrong_setting(caught.value)).startswith("STREAM_APP_PARTITIONS is wrong (Input should be greater than 0")


@pytest.mark.parametrize("name", ["kafka_password", "redis_url"])
def test_a_wrong_setting_that_may_hold_a_password_is_told_without_it(name: str) -> None:
    """As where a password of digits stands in the file without quotes."""
    with pytest.raises(ValidationError) as caught:
        Settings(**{name: 83719234})
    told = str(wrong_setting(caught.value))
    assert told.startswith(f"STREAM_APP_{name.upper()} is wrong (Input should be a valid string)")
    assert "83719234" not in told


def test_any_other_value_that_does_not_validate_is_not_taken_for_a_setting() -> None:
    with pytest.raises(ValidationError) as caught:
        Document.model_validate({})
    assert not is_wrong_setting(caught.value)
