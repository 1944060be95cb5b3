"""Wrong use is status 2 and one line, whether the call, a value or a setting is wrong; what fails is status 1."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from stream_app.adapters.model_repository import read_model
from stream_app.cli.complaints import of_system
from stream_app.cli.main import main
from stream_app.errors import ConfigurationError, DataError
from stream_app.settings import shipped_model_repository
from stream_app.training.config import load_config
from stream_app.training.encoder import load_encoder, load_tokenizer


def told(call: list[str], patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    patch.setattr(sys, "argv", ["stream-app", *call])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text('{"title": "a", "published_at": "2026-03-02T08:00:00Z"}\n', encoding="utf-8")
    for name in ("KAFKA_BROKERS", "REDIS_URL", "TRITON_URL", "CONFIG"):
        monkeypatch.delenv(f"STREAM_APP_{name}", raising=False)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (["no-such"], "No such command 'no-such'; see `stream-app --help`"),
        (["feed", "--nope", "a"], "feed: No such option: --nope"),
        (["feed"], "feed: Missing argument"),
        (["up", "--workers", "0"], "'--workers'"),
        (["score"], "score: give a TEXT"),
        (["feed", "a.txt"], "say --format"),
        (["feed", "a.jsonl", "--map", "nonsense"], "is not field=column"),
        (["replay", "run", "a.jsonl", "--name", "x", "--speed", "fast"], "“fast” is no speed"),
        (["dlq", "show", "nonsense"], "is no dead letter's id"),
        (["dlq", "requeue", "--all", "--set", "nonsense"], "write field=text"),
        (["kg", "show", " "], "the name of the entity is empty"),
        (["subscribe", "add", "desk", "--ticker", "AAPL", "--min-novelty", "2"], "less than or equal to 1"),
        (["score", " "], "the text cannot be scored"),
        (["replay", "run", "a.jsonl", "--name", "x", "--offsets", "0:1-2"], "--offsets are of a --topic"),
        (["backtest", "nobody", "--market", "b.csv", "--horizons", "0"], "is not a list of bars"),
        (["model", "train", "--out", "t", "--seed", "-1"], "'--seed'"),
        (["worker"], "STREAM_APP_KAFKA_BROKERS is not set"),
        (["tail", "news.raw", "--config", "nowhere.toml"], "nowhere.toml cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_status_2_and_one_line(
    call: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = told(call, monkeypatch, capsys)
    assert (status, out) == (2, "")
    assert says in err
    assert err.startswith("stream-app: ")
    assert len(err.splitlines()) == 1


def test_a_wrong_setting_is_wrong_use(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STREAM_APP_PARTITIONS", "none")
    status, _, err = told(["tail", "news.raw"], monkeypatch, capsys)
    assert status == 2
    assert err.startswith("stream-app: STREAM_APP_PARTITIONS is wrong")


@pytest.mark.parametrize(
    "call",
    [
        ["feed", "nowhere.jsonl"],
        ["score", "--input", "nowhere.jsonl"],
        ["schema", "export", "--out", "/proc/none"],
        ["tail", "news.raw"],
        ["replay", "drop", "nobody"],
    ],
    ids=" ".join,
)
def test_what_files_and_servers_refuse_is_status_1(
    call: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = told(call, monkeypatch, capsys)
    assert (status, out, len(err.splitlines())) == (1, "", 1)


def test_a_command_without_anything_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = told(["schema"], monkeypatch, capsys)
    assert (status, err) == (2, "")
    assert "Usage: stream-app schema" in out


def test_a_full_disk_is_one_line_and_what_nobody_expects_stays_a_surprise() -> None:
    assert isinstance(of_system(OSError(errno.ENOSPC, "No space left on device")), DataError)
    assert of_system(OSError(errno.EBADF, "Bad file descriptor")) is None


def test_no_tokenizer_is_an_error_of_ours_that_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere is neither a finished run nor an encoder"):
        load_tokenizer(tmp_path / "nowhere")
    with pytest.raises(DataError, match="nowhere holds no encoder"):
        load_encoder(tmp_path / "nowhere")


def test_a_version_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"has no version 99: it has 1.* name one"):
        read_model(shipped_model_repository(), 99)


@pytest.mark.parametrize("changes", [{"epochs": 0}, {"batch_rows": -1}, {"seed": -1}, {"head_rate": -1.0}])
def test_impossible_hyperparameters_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(changes))):
        load_config(None, **changes)
