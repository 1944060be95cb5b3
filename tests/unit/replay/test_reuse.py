"""A run takes the events of one that is made of the same, and only where nothing else could come of a full run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from stream_app.events.topics import ALERTS, DEAD_LETTERS, RISK, ROLLUPS, SENTIMENT
from stream_app.replay.event_files import editions, path_of, read_kept
from stream_app.replay.folder import RunFile, RunFolder
from stream_app.replay.manifest import Made, Manifest, Runtime
from stream_app.replay.output import keep
from stream_app.replay.reuse import Source, decides_anew, made_of_the_same, obstacle, taken
from tests.factories import START
from tests.unit.alerts.examples import subscription
from tests.unit.replay.runs import begun, finished
from tests.unit.replay.test_output import event, letter, values

MADE = Made(
    kg_version="same",
    model_version="same",
    code_version="same",
    model_runtime=Runtime(runtime="memory", precision="f32"),
    events_config_sha256="same",
    config_sha256="other",
)


def source_of(state_dir: Path, name: str = "first", *, letters: int = 0, **fields: Any) -> Source:
    """Return a finished run with two sentiment events, an alert and files of all topics."""
    values_of = {"last": START, "events_config_sha256": "same"} | fields
    folder = finished(state_dir, name, [event(1), event(2)], alerts=["a"], **values_of)
    kept = {topic.name: keep([], folder.path, topic=topic.name) for topic in (RISK, ROLLUPS)}
    kept[DEAD_LETTERS.name] = keep(values(*map(letter, range(letters))), folder.path, topic=DEAD_LETTERS.name)
    manifest = folder.manifest()
    assert manifest is not None
    counts = {topic: one.events for topic, one in kept.items()} | {ALERTS.name: 1}
    digests = {topic: one.digest for topic, one in kept.items()} | {ALERTS.name: "of a"}
    whole = {"counts": manifest.counts | counts, "digest": manifest.digest | digests}
    folder.finish(manifest.model_copy(update=whole))
    found = folder.manifest()
    assert found is not None
    return Source(folder, found)


def asked(state_dir: Path, subscriptions: Mapping[str, str] | None = None, **request: Any) -> RunFile:
    """Return what somebody asks for, after the first run."""
    run = begun(state_dir, "second", **request).run()
    return run.model_copy(update={"subscriptions": dict(subscriptions or {})})


@pytest.mark.parametrize("field", ["kg_version", "model_version", "code_version", "events_config_sha256"])
def test_run_that_is_made_of_anything_else_is_not_found(tmp_path: Path, field: str) -> None:
    source_of(tmp_path)
    assert [one.folder.name for one in made_of_the_same(tmp_path, MADE)] == ["first"]
    assert not list(made_of_the_same(tmp_path, MADE.model_copy(update={field: "another"})))
    assert not list(
        made_of_the_same(tmp_path, MADE.model_copy(update={"model_runtime": Runtime(runtime="x", precision="f32")}))
    )


def test_run_that_is_not_done_or_of_a_version_that_said_less_is_not_found(tmp_path: Path) -> None:
    begun(tmp_path, "begun")
    finished(tmp_path, "before", [])
    (finished(tmp_path, "long-ago", []).path / "manifest.json").write_bytes(b"{}")
    assert not list(made_of_the_same(tmp_path, MADE.model_copy(update={"events_config_sha256": "same"})))


def test_alerts_are_decided_anew_for_other_subscriptions_alone(tmp_path: Path) -> None:
    source, run = source_of(tmp_path), asked(tmp_path)
    assert decides_anew(source, MADE, run)
    assert not decides_anew(source, MADE.model_copy(update={"config_sha256": "same"}), run)
    for parts, anew in ((["ingest"], False), (["alerts", "ingest"], True)):
        assert decides_anew(source, MADE, run.model_copy(update={"request": {"parts": parts}})) is anew


WISH = {"desk": subscription().model_dump_json(exclude_none=True)}


@pytest.mark.parametrize(
    ("made_so", "subscriptions", "why"),
    [
        ({}, WISH, None),
        ({"late": 2}, WISH, "2 of its rows were late"),
        ({"last": START + timedelta(seconds=1)}, WISH, "after the moment at which it began"),
        ({}, {"other": WISH["desk"]}, "invalid"),
        ({}, WISH | {"bad": "{}"}, "invalid"),
        ({"letters": 3}, WISH, None),
    ],
)
def test_whatever_alerts_might_depend_on_is_an_obstacle(
    tmp_path: Path, made_so: dict[str, Any], subscriptions: dict[str, str], why: str | None
) -> None:
    found = obstacle(source_of(tmp_path, **made_so), MADE, asked(tmp_path, subscriptions))
    assert found is None if why is None else why in (found or "")


def test_dead_letters_of_other_topics_than_the_input_are_an_obstacle(tmp_path: Path) -> None:
    source = source_of(tmp_path)
    keep(values(letter(1), letter(2, source_topic="subscriptions")), source.folder.path, topic=DEAD_LETTERS.name)
    assert "dead letters" in (obstacle(source, MADE, asked(tmp_path, WISH)) or "")


def test_late_rows_are_no_obstacle_where_the_alerts_are_taken_too(tmp_path: Path) -> None:
    source = source_of(tmp_path, late=2)
    same = MADE.model_copy(update={"config_sha256": "same"})
    assert obstacle(source, same, asked(tmp_path, WISH)) is None


@pytest.mark.parametrize("alerts", [True, False])
def test_events_are_taken_and_outlive_the_run_that_made_them(tmp_path: Path, *, alerts: bool) -> None:
    source, folder = source_of(tmp_path, letters=1), begun(tmp_path, "second")
    kept = taken(source, folder, alerts=alerts)
    source.folder.delete()
    assert [one["event_id"] for one in read_kept(folder.path, SENTIMENT.name)] == ["id-0001", "id-0002"]
    assert (kept[SENTIMENT.name].events, kept[SENTIMENT.name].digest) == (2, source.manifest.digest[SENTIMENT.name])
    assert [one["alert_id"] for one in read_kept(folder.path, ALERTS.name)] == ["a"] * alerts
    assert (ALERTS.name in kept) is alerts


def test_what_a_run_writes_anew_changes_nothing_of_the_run_that_has_the_same_file(tmp_path: Path) -> None:
    source, folder = source_of(tmp_path), begun(tmp_path, "second")
    taken(source, folder, alerts=True)
    assert path_of(folder.path, ALERTS.name).samefile(path_of(source.folder.path, ALERTS.name))
    keep([orjson.dumps({"alert_id": "b"})], folder.path, topic=ALERTS.name)
    assert [one["alert_id"] for one in read_kept(source.folder.path, ALERTS.name)] == ["a"]
    taken(source, folder, alerts=True)  # as a run that was broken off and is taken up
    assert [one["alert_id"] for one in read_kept(folder.path, ALERTS.name)] == ["a"]


def test_run_whose_files_are_gone_cannot_be_taken_from(tmp_path: Path) -> None:
    source, folder = source_of(tmp_path), begun(tmp_path, "second")
    source.folder.delete()
    with pytest.raises(FileNotFoundError):
        taken(source, folder, alerts=True)


def test_what_an_event_said_before_is_taken_too(tmp_path: Path) -> None:
    source, folder = source_of(tmp_path), begun(tmp_path, "second")
    twice = values(event(1, polarity=0.1), event(1, polarity=0.2))
    keep(twice, source.folder.path, topic=SENTIMENT.name)
    taken(source, folder, alerts=True)
    assert [orjson.loads(one)["polarity"] for one in editions(folder.path, SENTIMENT.name)] == [0.2, 0.1]


def test_manifest_of_an_earlier_version_is_still_read(tmp_path: Path) -> None:
    folder: RunFolder = finished(tmp_path, "before", [])
    found = folder.manifest()
    assert isinstance(found, Manifest)
    assert (found.taken_from, found.events_config_sha256) == (None, "")
