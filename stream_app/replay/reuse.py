"""A finished run whose events are those of another that is asked for: only its alerts may differ, by its subscriptions.

Equal constituents give equal events, so they need not be made again. Alerts follow from events and ticks. Where they
might not, an obstacle says why, and the run is made in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stream_app.alerts.labels import TopicLabels, no_labels
from stream_app.alerts.reading import read_subscription
from stream_app.errors import DataError
from stream_app.events.subscription import Subscription
from stream_app.events.topics import ALERTS, BARS, DEAD_LETTERS, INPUTS, SUBSCRIPTIONS
from stream_app.pipeline.records import Record
from stream_app.replay.canonical import OUTPUTS
from stream_app.replay.event_files import read_kept, take_over
from stream_app.replay.folder import RunFile, RunFolder, folders
from stream_app.replay.manifest import Made, Manifest
from stream_app.replay.output import Kept

_SAME = ("kg_version", "model_version", "code_version", "model_runtime", "events_config_sha256")
_FED = frozenset(topic.name for topic in (*INPUTS, BARS))
_WITHOUT_ALERTS = tuple(topic.name for topic in OUTPUTS if topic is not ALERTS)


@dataclass(frozen=True, slots=True)
class Source:
    """A finished run: its folder, and what it says of itself."""

    folder: RunFolder
    manifest: Manifest


def made_of_the_same(state_dir: Path, made: Made) -> Iterator[Source]:
    """Yield the finished runs that would give the same events, if their input were the same."""
    for folder in folders(state_dir):
        try:
            manifest = folder.manifest()
        except DataError:  # of a version that wrote others
            continue
        if manifest and all(getattr(manifest, field) == getattr(made, field) for field in _SAME):
            yield Source(folder, manifest)


def decides_anew(source: Source, made: Made, run: RunFile) -> bool:
    """Return whether the alerts of that run are not those of this one: others subscribe, and alerts are decided."""
    parts = run.request.get("parts")
    return source.manifest.config_sha256 != made.config_sha256 and (not parts or "alerts" in parts)


def obstacle(source: Source, made: Made, run: RunFile, *, labels: TopicLabels = no_labels) -> str | None:
    """Return why a full run might give something else than what is taken from a finished one; None: nothing.

    `labels` are the topics that the model tells apart.
    """
    manifest = source.manifest
    if manifest.last is not None and manifest.last > source.folder.run().begun_at:
        return "its history goes on after the moment at which it began"
    if not decides_anew(source, made, run):
        return None
    if manifest.late:
        return f"{manifest.late:,} of its rows were late (see --lateness), and alerts depend on when they came"
    if len(subscriptions_of(run, labels)) < len(run.subscriptions):
        return "some of these subscriptions are invalid, and become dead letters"
    if any(letter["source_topic"] not in _FED for letter in read_kept(source.folder.path, DEAD_LETTERS.name)):
        return "it has dead letters of other records than its input's"
    return None


def subscriptions_of(run: RunFile, labels: TopicLabels = no_labels) -> list[Subscription]:
    """Return the run's subscriptions, as its workers read them: those that are valid."""
    read = partial(read_subscription, prefix=run.namespace.topic_prefix, labels=labels)
    found = (read(_record(run, name, value)) for name, value in run.subscriptions.items())
    return [one for one in found if isinstance(one, Subscription)]


def _record(run: RunFile, name: str, value: str) -> Record:
    return Record(SUBSCRIPTIONS.name, 0, 0, name.encode(), value.encode(), received_at=run.begun_at)


def taken(source: Source, folder: RunFolder, *, alerts: bool) -> dict[str, Kept]:
    """Let the folder have the run's events, its `alerts` too if wanted, and return what they are, by topic.

    FileNotFoundError where the run was dropped meanwhile.
    """
    topics = (*_WITHOUT_ALERTS, ALERTS.name) if alerts else _WITHOUT_ALERTS
    for topic in topics:
        take_over(source.folder.path, folder.path, topic)
    return {topic: _kept(source.manifest, topic) for topic in topics}


def _kept(manifest: Manifest, topic: str) -> Kept:
    return Kept(
        events=manifest.counts[topic],
        repeats=manifest.repeats.get(topic, 0),
        kinds=Counter(manifest.kinds.get(topic, {})),
        digest=manifest.digest[topic],
    )
