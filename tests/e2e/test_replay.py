"""replay as a user types it: the same bytes however it is run, nothing live touched, and taken up after a kill."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from stream_app.adapters.installed_graph import installed_graph
from stream_app.alerts.affiliation import affiliations
from stream_app.events.subscription import Subscription
from stream_app.events.topics import ALERTS
from stream_app.replay.canonical import canonical
from stream_app.replay.event_files import read_kept
from stream_app.replay.folder import RunFolder
from stream_app.replay.trial import tried
from tests.e2e.conftest import Shell, Up

DOCUMENTS = 80
STORIES = (
    "Apple raises its outlook after strong demand while Boeing slumps",
    "Microsoft and Nvidia agree on a contract for data centres",
    "Toyota recalls cars, shares of Tesla rise",
    "Pfizer cuts its forecast as sales of vaccines fall",
)
SMALL_BATCHES = {"STREAM_APP_BATCH_DOCUMENTS": "7"}
HOUR = 3600
WISHES = {
    "risks": {"match": {"kinds": ["risk"]}},
    "apart": {"match": {"min_abs_polarity": 0.1}, "throttle": {"per": "entity", "seconds": 6 * HOUR}},
    "seldom": {"match": {"min_probability": 0.05}, "throttle": {"per": "subscription", "seconds": 4 * HOUR}},
    "digest": {"match": {"direction": "adverse"}, "digest": 6 * HOUR},
    "slow-digest": {
        "match": {"countries": ["US"], "min_probability": 0.1},
        "digest": 2 * HOUR,
        "throttle": {"per": "subscription", "seconds": 10 * HOUR},
    },
    "steady": {"match": {"min_abs_polarity": 0.2}, "hysteresis": {"rearm": 0.9, "quiet": HOUR}},
}
"""Throttles, digests and hysteresis over documents that are an hour apart, each of several entities."""

OTHER_WISHES = {
    "plain": {"match": {"min_abs_polarity": 0.05}},
    "industry": {"match": {"industries": ["semiconductors"]}, "throttle": {"per": "subscription", "seconds": 3 * HOUR}},
    "apart": {"match": {"kinds": ["risk"]}, "throttle": {"per": "entity", "seconds": 9 * HOUR}},
    "digest": {"match": {"direction": "favourable"}, "digest": 5 * HOUR},
    "steady": {
        "match": {"countries": ["US"], "min_probability": 0.02},
        "hysteresis": {"rearm": 0.8, "quiet": 2 * HOUR},
    },
}
"""What others want of the same events; two of the names are the same."""


def history() -> list[bytes]:
    """Return documents of three days with retellings, a repeated id and bad lines, a little out of order."""
    lines = []
    for number in range(DOCUMENTS):
        day, hour = divmod(number + (-2 if number % 10 == 0 else 0), 24)
        title = STORIES[number % len(STORIES)]
        document = {
            "id": f"d{number - 1 if number % 25 == 0 else number}",
            "title": f"RT @wire: {title}" if number % 3 else f"{title}, says source {number % 7}",
            "published_at": f"2014-01-{max(day, 0) + 1:02}T{hour % 24:02}:15:00Z",
            "source": f"wire-{number % 5}",
        }
        lines.append(json.dumps(document).encode())
        if number % 40 == 0:
            lines.append(b"{not JSON")
    return lines


@pytest.fixture(scope="module")
def place(up: Up) -> Shell:
    """The folder of the running `up`, with the history in it twice: whole, and in two compressed halves."""
    lines = history()
    for file, wishes in (("wishes.jsonl", WISHES), ("others.jsonl", OTHER_WISHES)):
        lines_of = [json.dumps({"name": name} | wish) for name, wish in wishes.items()]
        (up.shell.folder / file).write_text("\n".join(lines_of))
    (up.shell.folder / "whole.jsonl").write_bytes(b"\n".join(lines))
    halves = up.shell.folder / "halves"
    halves.mkdir(exist_ok=True)
    for start in (0, 1):
        (halves / f"{start}.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines[start::2])))
    return up.shell


SUBSCRIBED = ("--subscriptions", "wishes.jsonl")
OTHERS = ("--subscriptions", "others.jsonl")


def replayed(shell: Shell, *args: str, subscribed: Sequence[str] = SUBSCRIBED) -> Any:
    """Return the manifest of a run, whose command is in this process; its workers are not."""
    done = shell.here("replay", "run", *args, *subscribed, "--json")
    assert done.status == 0, done.err
    return done.lines[-1]


@pytest.fixture(scope="module")
def golden(place: Shell) -> Any:
    """The manifest of one worker with one partition."""
    return replayed(place, "whole.jsonl", "--name", "golden", "--partitions", "1")


def live_state(up: Up, shell: Shell) -> tuple[Any, ...]:
    """Return what stands in the live topics and keys."""
    out = [
        shell.here("tail", topic, "--to-end", "--json").out
        for topic in ("news.raw", "sentiment.events", "dead.letters")
    ]
    redis = Redis.from_url(up.ready["redis"])
    keys = sorted(key for key in redis.scan_iter("stream_app:*", count=1000) if b"replay:" not in key)
    redis.close()
    return (*out, keys)


@pytest.mark.timeout(900)
def test_manifest_accounts_for_everything(golden: Any) -> None:
    assert golden["documents"] == len(history())
    assert golden["dead_letters"] == {"not_json": 2}
    assert golden["counts"]["news.raw"] == len(history())
    assert golden["late"] == 0
    assert golden["counts"]["sentiment.events"] > DOCUMENTS
    assert golden["counts"]["risk.events"] > DOCUMENTS
    assert golden["kinds"]["alerts"].keys() == WISHES.keys()
    assert golden["model_runtime"]["processor_flags"]


def wait_until(shell: Shell, name: str, least: int) -> None:
    """Wait until so many documents of a run are finished, as its folder tells: a command would tell it too late."""
    run = RunFolder(shell.folder / ".stream_app", name)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if run.progress().get("finished", 0) >= least:
            return
        time.sleep(0.05)
    pytest.fail(f"{name} did not get that far")


def workers_of(pid: int) -> list[int]:
    """Return the processes of a run's workers."""
    children = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return [child for child in children if b"\0worker\0" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.timeout(900)
def test_workers_partitions_batches_files_kept_results_and_a_kill_change_no_byte(place: Shell, golden: Any) -> None:
    sizes = ("--partitions", "6", "--workers", "3", "--ahead", "40", "--no-cache")
    with place.started(
        "replay", "run", "halves", "--name", "other", *sizes, *SUBSCRIBED, "--json", **SMALL_BATCHES
    ) as process:
        wait_until(place, "other", 40)
        workers = workers_of(process.pid)
        assert len(workers) == 3
        os.kill(workers[0], signal.SIGKILL)
        out, error = process.communicate(timeout=500)
    assert process.returncode == 0, error
    other = json.loads(out.splitlines()[-1])
    for name in ("digest", "config_sha256", "kg_version", "model_version", "code_version"):
        assert other[name] == golden[name], name
    compared = place.here("replay", "compare", "golden", "other", "--json")
    assert compared.status == 0, compared.err
    assert all(compared.lines[0]["same_digests"].values())
    assert compared.lines[0]["only_one"] == compared.lines[0]["only_other"] == 0


@pytest.mark.timeout(900)
def test_subscription_on_trial_gives_the_alerts_that_the_run_sent(place: Shell, golden: Any) -> None:
    run = RunFolder(place.folder / ".stream_app", "golden")
    affiliate = affiliations(installed_graph())
    sent = [canonical(alert, ALERTS.name) for alert in read_kept(run.path, ALERTS.name)]
    wishes = [Subscription.model_validate({"name": name} | wish) for name, wish in WISHES.items()]
    alerts = [alert.model_dump(mode="json") for alert in tried(run, wishes, affiliate)]
    assert sorted(canonical(alert, ALERTS.name) for alert in alerts) == sorted(sent)
    counts = golden["kinds"]["alerts"]
    known = place.here("subscribe", "test", "slow-digest", "--on", "golden", "--json").lines[0]
    assert (known["alerts"], sum(known["by_day"].values())) == (counts["slow-digest"],) * 2
    assert len(known["shown"]) == min(10, counts["slow-digest"])
    described = place.here("subscribe", "test", "--on", "golden", "--kind", "risk")
    assert described.status == 0, described.err
    assert f"{counts['risks']:,} alerts of trial on run golden" in described.out
    nobody = place.here("subscribe", "test", "nobody", "--on", "golden")
    assert nobody.status == 1
    assert "subscribe list" in nobody.err


OWN = {"name", "seconds", "feeding_seconds", "run", "repeats", "taken_from"}
"""What two runs of the same may differ in."""


@pytest.fixture(scope="module")
def taken(place: Shell, golden: Any) -> Any:
    """The manifest of a run with other subscriptions that takes the golden one's events."""
    manifest = replayed(place, "whole.jsonl", "--name", "taken", subscribed=OTHERS)
    assert manifest["taken_from"] == golden["name"]
    return manifest


@pytest.fixture(scope="module")
def full(place: Shell, taken: Any) -> Any:
    """The manifest of a run with those subscriptions that takes nothing, after the one that could take its events."""
    assert taken["name"] == "taken"
    return replayed(place, "whole.jsonl", "--name", "full", "--no-reuse", subscribed=OTHERS)


@pytest.mark.timeout(900)
def test_other_subscriptions_on_the_events_of_a_finished_run_give_what_a_full_run_gives(
    place: Shell, golden: Any, full: Any, taken: Any
) -> None:
    assert full["taken_from"] is None
    assert {name: taken[name] for name in taken.keys() - OWN} == {name: full[name] for name in full.keys() - OWN}
    assert full["kinds"]["alerts"].keys() == OTHER_WISHES.keys()
    assert full["digest"]["alerts"] != golden["digest"]["alerts"]
    compared = place.here("replay", "compare", "full", "taken", "--json").lines[0]
    assert all(compared["same_digests"].values())
    assert compared["gained"] == compared["lost"] == []


@pytest.mark.timeout(900)
def test_run_with_taken_events_is_a_run_like_any_other(place: Shell, taken: Any) -> None:
    out = place.here("replay", "export", "taken", "--json").lines
    assert {row["topic"]: row["rows"] for row in out}["sentiment.events"] == taken["counts"]["sentiment.events"]
    assert place.here("replay", "report", "taken").status == 0
    tested = place.here("subscribe", "test", "digest", "--on", "taken", "--json").lines[0]
    assert tested["alerts"] == taken["kinds"]["alerts"]["digest"]
    row = next(row for row in place.here("replay", "list", "--json").lines if row["name"] == "taken")
    assert (row["state"], row["taken_from"], row["finished"]) == ("done", "golden", len(history()))


@pytest.mark.timeout(900)
def test_taking_needs_no_server_goes_on_after_an_interruption_and_outlives_its_source(
    place: Shell, shell: Shell, taken: Any
) -> None:
    replays = shell.folder / ".stream_app" / "replays"
    shutil.copytree(place.folder / ".stream_app" / "replays" / "golden", replays / "golden")
    for name in ("whole.jsonl", "others.jsonl"):
        shutil.copy(place.folder / name, shell.folder)
    manifest = replayed(shell, "whole.jsonl", "--name", "alone", subscribed=OTHERS)
    assert (manifest["taken_from"], manifest["digest"]) == ("golden", taken["digest"])
    assert not (shell.folder / ".stream_app" / "logs").exists()
    assert shell.here("replay", "drop", "golden", "--json").status == 0
    # As if it had been killed before it was done.
    shutil.copytree(replays / "alone", replays / "killed", ignore=shutil.ignore_patterns("manifest.json"))
    resumed = shell.here("replay", "resume", "killed", "--json")
    assert resumed.status == 0, resumed.err
    assert (resumed.lines[-1]["taken_from"], resumed.lines[-1]["digest"]) == ("alone", taken["digest"])


@pytest.mark.timeout(900)
def test_run_that_is_paused_and_then_killed_is_taken_up_to_the_same_bytes_and_touches_nothing_live(
    up: Up, place: Shell, golden: Any
) -> None:
    before = live_state(up, place)
    # Three days in a quarter of a minute.
    with place.started("replay", "run", "whole.jsonl", "--name", "killed", "--speed", "20000x", *SUBSCRIBED) as process:
        wait_until(place, "killed", 20)
        assert place.here("replay", "pause", "killed").status == 0
        time.sleep(1)
        paused = Path(place.folder / ".stream_app/replays/killed/progress.json").read_bytes()
        time.sleep(1.5)
        assert json.loads(paused)["taken"] < DOCUMENTS
        process.kill()
        process.wait()
    rows = {row["name"]: row["state"] for row in place.here("replay", "list", "--json").lines}
    assert (rows["golden"], rows["killed"]) == ("done", "interrupted")
    resumed = place.run("replay", "resume", "killed", "--json", timeout=500)
    assert resumed.status == 0, resumed.err
    assert resumed.lines[-1]["digest"] == golden["digest"]
    assert resumed.lines[-1]["input_sha256"] == golden["input_sha256"]
    assert live_state(up, place) == before


@pytest.mark.timeout(900)
def test_drop_deletes_what_is_the_runs_own(up: Up, place: Shell, golden: Any) -> None:
    assert golden["name"] == "golden"
    before = live_state(up, place)
    again = place.here("replay", "run", "whole.jsonl", "--name", "golden")
    assert again.status == 1
    assert "replay drop golden" in again.err
    dropped = place.here("replay", "drop", "golden", "--json")
    assert dropped.status == 0, dropped.err
    assert dropped.lines[0]["dropped"]["topics"] >= 10
    assert live_state(up, place) == before
    assert "golden" not in {row["name"] for row in place.here("replay", "list", "--json").lines}


@pytest.mark.timeout(900)
def test_topic_is_replayed_by_event_time(place: Shell, golden: Any) -> None:
    fed = place.here("feed", "whole.jsonl", "--topic", "social.raw", "--json")
    assert fed.status == 0, fed.err
    begin, end = "2014-01-02", "2014-01-03"
    args = ("--name", "topic", "--topic", "social.raw", "--from", begin, "--to", end, "--margin-hours", "999999")
    manifest = replayed(place, *args)
    wanted = [line for line in history() if line.startswith(b'{"') and begin <= json.loads(line)["published_at"] < end]
    assert manifest["counts"]["social.raw"] >= len(wanted)
    assert manifest["first"] >= begin
    assert manifest["last"] < end
    assert manifest["kg_version"] == golden["kg_version"]
