"""A run whose events are those of a finished one, found by a pass over its history: no server, no worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stream_app.alerts.affiliation import affiliations
from stream_app.alerts.facts import Event
from stream_app.alerts.labels import TopicLabels
from stream_app.cli.replay_history import History
from stream_app.cli.replay_watch import Watch
from stream_app.events.topics import ALERTS, RISK, SENTIMENT
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.replay.entry import Entry
from stream_app.replay.folder import RunFile, RunFolder
from stream_app.replay.laps import Step
from stream_app.replay.manifest import Made
from stream_app.replay.output import Kept, keep
from stream_app.replay.preparing import Account
from stream_app.replay.reuse import Source, decides_anew, made_of_the_same, obstacle, subscriptions_of, taken
from stream_app.replay.trial import alerts_on


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went in and what came out, by topic; `taken_from` is the run whose events these are, if any."""

    account: Account
    kept: Mapping[str, Kept]
    taken_from: str | None = None


class Taking:
    """Looks for a run that the folder's could take its events from, and takes them."""

    def __init__(
        self, folder: RunFolder, history: History, watch: Watch, *, report: Callable[[str], None], labels: TopicLabels
    ) -> None:
        self._folder, self._history, self._watch, self._report = folder, history, watch, report
        self._labels = labels
        self._run: RunFile = folder.run()

    def outcome(self, state_dir: Path, graph: KnowledgeGraph, made: Made) -> Outcome | None:
        """Return what came of it; None where there is no such run, or a full one might give something else."""
        found = list(made_of_the_same(state_dir, made))
        if not found:
            return None
        account = self._surveyed()
        wanted = account.digest.hexdigest()
        same = [source for source in found if source.manifest.input_sha256 == wanted]
        same.sort(key=lambda source: decides_anew(source, made, self._run))  # the least work first
        outcomes = (self._from(source, account, graph=graph, made=made) for source in same)
        return next((one for one in outcomes if one is not None), None)

    def _surveyed(self) -> Account:
        """Read the history without feeding it."""
        account, history = Account(), self._history
        with history.steps() as steps:
            watched = self._watch.each(steps, lambda: history.expected, lambda step: step.moment, counts=_is_entry)
            for step in watched:
                account.take(step, self._run.begun_at)
        return account

    def _from(self, source: Source, account: Account, *, graph: KnowledgeGraph, made: Made) -> Outcome | None:
        why = obstacle(source, made, self._run, labels=self._labels)
        if why is None:
            try:
                kept = self._kept(source, account, graph=graph, made=made)
                return Outcome(account, kept, taken_from=source.folder.name)
            except FileNotFoundError:
                why = "it was dropped meanwhile"
            except Exception as error:  # noqa: BLE001  (what trips here trips in a worker, which makes a dead letter of it)
                why = f"an alert could not be decided ({type(error).__name__}: {error})"
        self._report(f"the events of run {source.folder.name} are not taken: {why}")
        return None

    def _kept(self, source: Source, account: Account, *, graph: KnowledgeGraph, made: Made) -> dict[str, Kept]:
        self._report(f"taking the events of run {source.folder.name}, made of the same (--no-reuse runs all of it)")
        anew = decides_anew(source, made, self._run)
        kept = taken(source, self._folder, alerts=not anew)
        if anew:
            wishes = subscriptions_of(self._run, self._labels)
            self._report(f"deciding the alerts of {len(wishes)} subscriptions")
            events = kept[SENTIMENT.name].events + kept[RISK.name].events
            alerts = alerts_on(
                self._folder.path,
                wishes,
                affiliations(graph),
                ticks=account.ticks[:-1],
                watched=lambda found: self._watch.each(found, lambda: events, _published_at, noted=False),
            )
            values = (alert.model_dump_json().encode() for alert in alerts)
            kept[ALERTS.name] = keep(values, self._folder.path, topic=ALERTS.name)
        return kept


def _is_entry(step: Step) -> bool:
    return isinstance(step, Entry)


def _published_at(event: Event) -> datetime:
    return event.published_at
