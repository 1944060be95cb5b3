"""What must hold of every simulated run, judged by one who knows the input, the contract and an undisturbed run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

import orjson

from stream_app.alerts.book import AlertBook
from stream_app.alerts.notices import notice_from
from stream_app.causal.risks import judge
from stream_app.events.risk_effect import AliveEffects, RiskEffect
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import (
    ALERTS,
    DEAD_LETTERS,
    INPUTS,
    MATCHES,
    RISK,
    RISK_EFFECTS,
    ROLLUPS,
    SENTIMENT,
    Topic,
)
from tests.causal_world import PARAMETERS
from tests.factories import START
from tests.world.scenario import LIMITS, WINDOW_SECONDS, risk_model
from tests.world.worker import CHANGELOGS
from tests.world.world import Ended

Json = dict[str, Any]
_TOLD_WHEN = {"processed_at", "occurred_at"}
_NOVELTY = {"story_id", "novelty", "story_counts"}


def complaints(ended: Ended, golden: Ended) -> list[str]:
    """Return what does not hold; nothing where all is well."""
    laws = LAWS_OF_REPLAY if golden.replay else LAWS
    return [f"{law.__name__}: {what}" for law in laws for what in law(ended, golden)]


def every_input_ends_in_one_outcome(ended: Ended, _: Ended) -> Iterator[str]:
    documents = {one["document_id"] for one in _values(ended, SENTIMENT)}
    letters = {(one["source_topic"], one["partition"], one["offset"]) for one in _values(ended, DEAD_LETTERS)}
    for topic in INPUTS:
        for partition in range(ended.broker.partitions):
            for record in ended.broker.records((topic.name, partition)):
                place = (topic.name, partition, record.offset)
                is_document = (record.value or b"").startswith(b"{")
                told = is_document and orjson.loads(record.value or b"")["id"] in documents
                if told == (place in letters) or told != is_document:
                    yield f"{place} has events: {told}, a dead letter: {place in letters}"
                letters.discard(place)
    if letters:
        yield f"dead letters of what was no bad input: {sorted(letters)}"


def events_are_those_of_an_undisturbed_run(ended: Ended, golden: Ended) -> Iterator[str]:
    yield from _difference("events", _ids(ended, SENTIMENT), _ids(golden, SENTIMENT))


def repeats_say_what_the_first_said(ended: Ended, _: Ended) -> Iterator[str]:
    """Novelty is judged in the order of arrival: where the cache was away or flushed, a repeat may find another.

    So an alert that comes again under its id may tell of another story of its event, and of nothing else.
    """
    for topic, key in ((RISK, "event_id"), (ALERTS, "alert_id")):
        first: dict[str, Json] = {}
        for value in _values(ended, topic):
            said = _without_novelty(value) if topic is ALERTS else value
            if first.setdefault(value[key], said) != said:
                yield f"{topic.name} says two things under {value[key]}"


def _without_novelty(alert: Json) -> Json:
    event = {name: value for name, value in alert["event"].items() if name not in _NOVELTY}
    return {**alert, "event": event}


def effects_are_those_of_the_events(ended: Ended, _: Ended) -> Iterator[str]:
    wanted = set[str]()
    for value in _raw(ended, SENTIMENT):
        wanted |= _effects_of(value)
    yield from _difference("effects", {one["event_id"] for one in _values(ended, RISK_EFFECTS)}, wanted)


def windows_count_every_event_once(ended: Ended, _: Ended) -> Iterator[str]:
    events = {one["event_id"]: one for one in _values(ended, SENTIMENT) if one["entity"]}
    latest = _latest(ended)
    counted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in latest.values():
        counted[one["window"], one["entity"]["id"]] += one["documents"]
        if not one["closed"]:
            yield f"a window stays open: {one['window']} {one['start']} of {one['entity']['id']}"
    for name in ("1m", "1h", "1d"):
        for entity in {one["entity"]["id"] for one in events.values()}:
            wanted = sum(one["entity"]["id"] == entity for one in events.values())
            if counted[name, entity] != wanted:
                yield f"{name} windows of {entity} count {counted[name, entity]} documents of {wanted}"


def alerts_are_at_most_one_for_each_window(ended: Ended, _: Ended) -> Iterator[str]:
    """Of a subscription that lets one pass in a window, no two alerts lie nearer to each other than the window."""
    moments: defaultdict[tuple[str, str], set[float]] = defaultdict(set)
    ids: defaultdict[tuple[str, str, float], set[str]] = defaultdict(set)
    for alert in _values(ended, ALERTS):
        name = alert["subscription"]
        if name in {"once", "first", "steady"}:
            event = alert["event"]
            entity = "" if name == "first" else event.get("entity", event.get("exposed"))["id"]
            side = ("adverse" if event["polarity"] < 0 else "favourable") if name == "steady" else ""
            moment = min(event["published_at"], event["received_at"])
            moments[name, entity + side].add(_seconds(moment))
            ids[name, entity + side, _seconds(moment)].add(alert["alert_id"])
    for place, some in ids.items():
        if len(some) > 1:
            yield f"{len(some)} alerts at one moment for {place}"
    for (name, entity), at in moments.items():
        if name != "steady":
            yield from (
                f"{name} {entity}: alerts {later - earlier:g} s apart"
                for earlier, later in pairwise(sorted(at))
                if later - earlier < WINDOW_SECONDS
            )


def every_match_is_told_and_digested_once(ended: Ended, _: Ended) -> Iterator[str]:
    alerts = _values(ended, ALERTS)
    loud = {one["event_id"] for one in _values(ended, SENTIMENT) if abs(one["polarity"] or 0) >= 0.2}
    told = [one for one in alerts if one["subscription"] == "plain"]
    yield from _difference("plain alerts", {one["event"]["event_id"] for one in told}, loud)
    if len({one["alert_id"] for one in told}) != len(loud):
        yield "an event was told to `plain` under two ids"
    digests = {one["alert_id"]: one["digest"] for one in alerts if one["subscription"] == "digest"}
    inside = [event["event_id"] for digest in digests.values() for event in digest["events"]]
    likely = {one["event_id"] for one in _values(ended, RISK) if one["probability"] >= 0.01}
    yield from _difference("digested risks", set(inside), likely)
    if len(inside) != len(set(inside)):
        yield "a risk is in two digests"


def risks_are_those_of_their_log_judged_once(ended: Ended, _: Ended) -> Iterator[str]:
    """Whatever was delivered twice, and however often a worker began anew."""
    wanted: dict[str, Json] = {}
    for partition in range(ended.broker.partitions):
        states: dict[bytes, AliveEffects] = {}
        for record in ended.broker.records((RISK_EFFECTS.name, partition)):
            key, effect = record.key or b"", RiskEffect.model_validate_json(record.value or b"")
            state = states.get(key, AliveEffects())
            states[key], event = judge(state, effect, parameters=PARAMETERS, threshold=LIMITS.threshold)
            if event is not None:
                wanted.setdefault(event.event_id, _without_times(event.model_dump(mode="json")))
    if wanted != {one["event_id"]: one for one in _values(ended, RISK)}:
        yield "others were told"


def alerts_are_those_of_their_log_decided_once(ended: Ended, _: Ended) -> Iterator[str]:
    wanted: dict[str, Json] = {}
    for partition in range(ended.broker.partitions):
        book = AlertBook()
        for record in ended.broker.records((MATCHES.name, partition)):
            verdict = book.apply(notice_from(record.value or b""), record.offset, processed_at=START)
            wanted |= {one.alert_id: _without_times(one.model_dump(mode="json")) for one in verdict.alerts}
    if wanted != {one["alert_id"]: one for one in _values(ended, ALERTS)}:
        yield "others were sent"


def what_workers_hold_is_what_the_next_would_restore(ended: Ended, _: Ended) -> Iterator[str]:
    for worker in ended.workers:
        for name, changelog in CHANGELOGS.items():
            restored: dict[bytes, bytes] = {}
            for partition in worker.partitions:
                worker.restore(restored, (changelog.name, partition))
            held = {key: value for key, value in worker.tables[name].items() if not key.endswith(b"\x1fend")}
            if held != {key: value for key, value in restored.items() if not key.endswith(b"\x1fend")}:
                yield f"the table of {name} differs from its changelog"
        for partition in worker.partitions:
            if not worker.remembers_alerts_as_written(partition):
                yield f"what is remembered for alerts of partition {partition} differs from what was written"


def everything_is_as_in_an_undisturbed_run(ended: Ended, golden: Ended) -> Iterator[str]:
    for topic, key in ((SENTIMENT, "event_id"), (RISK, "event_id"), (ALERTS, "alert_id")):
        found, wanted = ({one[key]: one for one in _values(run, topic)} for run in (ended, golden))
        if found != wanted:
            differing = [one for one in found.keys() | wanted.keys() if found.get(one) != wanted.get(one)]
            yield f"{len(differing)} of {topic.name} differ: {sorted(differing)[:3]}"
    if _latest(ended) != _latest(golden):
        yield "windows differ"


LAWS: Sequence[Callable[[Ended, Ended], Iterator[str]]] = (
    every_input_ends_in_one_outcome,
    events_are_those_of_an_undisturbed_run,
    repeats_say_what_the_first_said,
    effects_are_those_of_the_events,
    windows_count_every_event_once,
    alerts_are_at_most_one_for_each_window,
    every_match_is_told_and_digested_once,
    risks_are_those_of_their_log_judged_once,
    alerts_are_those_of_their_log_decided_once,
    what_workers_hold_is_what_the_next_would_restore,
)


LAWS_OF_REPLAY = (
    every_input_ends_in_one_outcome,
    everything_is_as_in_an_undisturbed_run,
    repeats_say_what_the_first_said,
    effects_are_those_of_the_events,
    alerts_are_at_most_one_for_each_window,
    what_workers_hold_is_what_the_next_would_restore,
)


def _latest(ended: Ended) -> dict[str, Json]:
    """Return the last revision of each window."""
    latest: dict[str, Json] = {}
    for one in _values(ended, ROLLUPS):
        before = latest.setdefault(one["rollup_id"], one)
        if (one["revision"], one["closed"]) >= (before["revision"], before["closed"]):
            latest[one["rollup_id"]] = one
    return latest


@cache
def _effects_of(value: bytes) -> frozenset[str]:
    found = risk_model().effects_of(SentimentEvent.model_validate_json(value), processed_at=START)
    return frozenset(one.event_id for one in found)


def _difference(what: str, found: set[str], wanted: set[str]) -> Iterator[str]:
    if missing := wanted - found:
        yield f"{len(missing)} {what} are missing: {sorted(missing)[:3]}"
    if extra := found - wanted:
        yield f"{len(extra)} {what} are too many: {sorted(extra)[:3]}"


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _ids(ended: Ended, topic: Topic) -> set[str]:
    return {one["event_id"] for one in _values(ended, topic)}


def _raw(ended: Ended, topic: Topic) -> list[bytes]:
    return [message.value or b"" for message in ended.broker.messages(topic.name)]


def _values(ended: Ended, topic: Topic) -> list[Json]:
    return [_without_times(orjson.loads(value)) for value in _raw(ended, topic)]


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_times(one) for key, one in value.items() if key not in _TOLD_WHEN}
    return [_without_times(one) for one in value] if isinstance(value, list) else value
