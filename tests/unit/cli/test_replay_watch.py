"""How far a run is can be seen from outside, and it stands still where it is asked to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread

from stream_app.cli.replay_watch import Look, Watch
from tests.factories import START, hours
from tests.unit.replay.runs import begun

MOMENTS = [START + hours(number) for number in range(5)]


def test_end_is_told_and_noted(tmp_path: Path) -> None:
    looks: list[Look] = []
    folder = begun(tmp_path, "run")
    watch = Watch(folder, looks.append)
    counted = watch.each(MOMENTS, lambda: None, lambda moment: moment, counts=lambda moment: moment > START)
    assert list(counted) == MOMENTS
    assert (looks[-1].taken, looks[-1].finished, looks[-1].expected) == (4, 4, 4)
    noted = folder.progress()
    assert (noted["finished"], noted["event_time"]) == (4, MOMENTS[-1].isoformat())


def test_what_is_not_counted_as_entries_is_told_and_not_noted(tmp_path: Path) -> None:
    looks: list[Look] = []
    folder = begun(tmp_path, "run")
    assert list(Watch(folder, looks.append).each(MOMENTS, lambda: 5, lambda moment: moment, noted=False)) == MOMENTS
    assert looks[-1].finished == 5
    assert folder.progress() == {}


def test_nothing_is_read_while_the_run_is_paused(tmp_path: Path) -> None:
    folder, read = begun(tmp_path, "run"), []

    def slow() -> Iterator[datetime]:
        for moment in MOMENTS:
            time.sleep(0.25)
            read.append(moment)
            yield moment

    folder.pause(wanted=True)
    watch = Watch(folder, lambda _: None)
    thread = Thread(target=lambda: list(watch.each(slow(), lambda: 5, lambda moment: moment)))
    thread.start()
    time.sleep(1)
    assert len(read) == 1
    folder.pause(wanted=False)
    thread.join(timeout=20)
    assert read == MOMENTS
