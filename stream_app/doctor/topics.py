"""The topics, those of the contract and those that workers keep for themselves: there, led, alike, and compacted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from stream_app.doctor.finding import Finding, failure, ok, warning
from stream_app.events.topics import SENTIMENT, Topic

PUBLIC, INTERNAL = "topics", "internal topics"
_POLICY = "cleanup.policy"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The topics that workers need, without their `prefix`.

    `internal` are those that only workers read; of them, `state` have as many partitions as `sentiment.events`.
    """

    prefix: str
    topics: Sequence[Topic]
    internal: Sequence[Topic] = ()
    state: Sequence[Topic] = ()


async def check_topics(admin: AIOKafkaAdminClient, wanted: Wanted) -> list[Finding]:
    """Look at both kinds: one finding for each that has no fault, else one for each fault."""
    existing = set(await admin.list_topics())
    by_check = {PUBLIC: wanted.topics, INTERNAL: (*wanted.internal, *wanted.state)}
    names = [wanted.prefix + topic.name for topics in by_check.values() for topic in topics]
    there = [name for name in names if name in existing]
    partitions = await _partitions(admin, there) if there else {}
    policies = await _policies(admin, there) if there else {}
    findings: list[Finding] = []
    for check, topics in by_check.items():
        if not topics:
            continue
        named = {wanted.prefix + topic.name: topic for topic in topics}
        faults = [*_missing(check, named, existing), *_leaderless(check, named, partitions)]
        faults += _not_kept(check, named, policies)
        if check == INTERNAL:
            faults += _uneven(wanted, partitions)
        findings += faults or [ok(check, f"all {len(named)} exist")]
    return findings


async def _partitions(admin: AIOKafkaAdminClient, names: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {one["topic"]: one["partitions"] for one in await admin.describe_topics(list(names))}


async def _policies(admin: AIOKafkaAdminClient, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Return what becomes of old records, by topic; nothing of one whose settings may not be seen."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    try:
        answers = await admin.describe_configs(asked)
    except KafkaError:
        return {}
    found = {}
    for resource in (one for answer in answers for one in answer.to_object()["resources"]):
        values = {entry["config_names"]: entry["config_value"] for entry in resource["config_entries"]}
        if _POLICY in values:
            found[resource["resource_name"]] = frozenset(values[_POLICY].split(","))
    return found


def _missing(check: str, wanted: Collection[str], existing: Collection[str]) -> Iterator[Finding]:
    missing = [name for name in wanted if name not in existing]
    if missing:
        detail = f"{len(missing)} of {len(wanted)} are missing: {', '.join(missing)}"
        yield warning(check, detail, "none, if workers may create topics: the first one does; else create them")


def _leaderless(
    check: str, wanted: Collection[str], partitions: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[Finding]:
    without = [
        f"{name}/{one['partition']}"
        for name in wanted
        for one in partitions.get(name, ())
        if one["error_code"] or one["leader"] < 0
    ]
    if without:
        detail = f"no broker leads {', '.join(without)}: nothing can be read or written there"
        yield failure(check, detail, "see which brokers are away; it passes when one that has a copy is back")


def _not_kept(check: str, wanted: Mapping[str, Topic], policies: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """Tell topics that are to be compacted and are not, and those that forget what is to be kept without an end."""
    for name, topic in wanted.items():
        policy = topic.config()[_POLICY]
        if topic.compacted and policies.get(name, set(policy.split(","))) != set(policy.split(",")):
            detail = f"{name} has {_POLICY} {','.join(sorted(policies[name]))}, not {policy}"
            advice = (
                f"kafka-configs.sh --alter --entity-type topics --entity-name {name} --add-config {_POLICY}=[{policy}]"
            )
            yield warning(check, detail, advice)


def _uneven(wanted: Wanted, partitions: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Finding]:
    right = partitions.get(wanted.prefix + SENTIMENT.name)
    for name in (wanted.prefix + topic.name for topic in wanted.state):
        if right is not None and name in partitions and len(partitions[name]) != len(right):
            detail = f"{name} has {len(partitions[name])} partitions, {wanted.prefix}{SENTIMENT.name} has {len(right)}"
            yield failure(INTERNAL, detail, f"delete {name}, or set STREAM_APP_CONSUMER_GROUP to a new name")
