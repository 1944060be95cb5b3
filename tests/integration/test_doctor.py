"""`stream-app doctor` on real servers: what is well, what is wrong, and what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from stream_app.adapters.connections import Login, kafka_connection, redis_client, triton_client
from stream_app.adapters.kafka import create_topics
from stream_app.adapters.model_repository import read_model
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.compose import state_topics
from stream_app.doctor.finding import Finding, Status, found
from stream_app.doctor.servers import check_graph, check_kafka, check_redis, check_triton
from stream_app.doctor.topics import Wanted
from stream_app.embedded.ports import LOOPBACK
from stream_app.embedded.server import RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from stream_app.events.topics import ALERT_STATE, INTERNAL, MATCHES, NEWS, SENTIMENT, SOCIAL, TICKS_EVERYWHERE, TOPICS
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import make_graph
from tests.conftest import MODEL_REPOSITORY
from tests.echo_model import write_echo_repository
from tests.servers import Security, start_apache_kafka

NOBODY = f"{LOOPBACK}:1"


def statuses(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.check: finding.status for finding in findings}


async def test_kafka_is_told_with_the_topics_that_are_missing(broker: RunningServer, namespace: str) -> None:
    connection = kafka_connection(broker.address)
    await create_topics(connection, [NEWS], prefix=namespace, partitions=1, replication=1)
    names = [namespace + topic.name for topic in (NEWS, SOCIAL)]
    complete = await check_kafka(connection, wanted=Wanted(namespace, [NEWS]))
    assert statuses(complete) == {"kafka": "ok", "topics": "ok"}
    partial = await check_kafka(connection, wanted=Wanted(namespace, [NEWS, SOCIAL]))
    assert statuses(partial) == {"kafka": "ok", "topics": "warning"}
    assert names[1] in partial[1].detail
    assert names[0] not in partial[1].detail


async def test_internal_topics_are_told_when_they_are_missing_uneven_or_not_compacted(
    broker: RunningServer, namespace: str
) -> None:
    connection = kafka_connection(broker.address)
    wanted = Wanted(namespace, [SENTIMENT], [MATCHES, ALERT_STATE], [TICKS_EVERYWHERE])
    await create_topics(connection, [SENTIMENT, MATCHES], prefix=namespace, partitions=2, replication=1)
    (missing,) = (await check_kafka(connection, wanted=wanted))[2:]
    assert (missing.check, missing.status) == ("internal topics", "warning")
    assert missing.detail.startswith("2 of 3 are missing")
    forgetting = replace(ALERT_STATE, compacted=False, kept=timedelta(days=7))
    await create_topics(connection, [forgetting], prefix=namespace, partitions=2, replication=1)
    await create_topics(connection, [TICKS_EVERYWHERE], prefix=namespace, partitions=3, replication=1)
    found = (await check_kafka(connection, wanted=wanted))[2:]
    assert [(one.check, one.status) for one in found] == [
        ("internal topics", "warning"),
        ("internal topics", "failure"),
    ]
    assert f"{namespace}subscriptions.state has cleanup.policy delete, not compact" in found[0].detail
    assert "clock.ticks.all has 3 partitions" in found[1].detail


async def test_what_workers_create_is_well(broker: RunningServer, namespace: str) -> None:
    connection, state = kafka_connection(broker.address), state_topics(f"{namespace}group")
    await create_topics(connection, [*TOPICS, *INTERNAL, *state], prefix=namespace, partitions=2, replication=1)
    found = await check_kafka(connection, wanted=Wanted(namespace, TOPICS, INTERNAL, state))
    assert [(one.check, one.status) for one in found] == [("kafka", "ok"), ("topics", "ok"), ("internal topics", "ok")]


async def test_kafka_that_is_away_is_a_failure() -> None:
    findings = await check_kafka(kafka_connection(NOBODY), wanted=Wanted("", [NEWS]))
    assert statuses(findings) == {"kafka": "failure"}
    assert "STREAM_APP_KAFKA_BROKERS" in str(findings[0].advice)


@pytest.mark.kafka
async def test_wrong_password_of_kafka_is_the_first_thing_to_check(tmp_path: Path) -> None:
    with start_apache_kafka(tmp_path, Security(username="reader", password="swordfish")) as server:  # noqa: S106
        for password, status in (("swordfish", Status.OK), ("sardine", Status.FAILURE)):
            login = Login(mechanism="SCRAM-SHA-256", username="reader", password=password)
            connection = kafka_connection(server.address, security="SASL_PLAINTEXT", login=login)
            findings = await check_kafka(connection, wanted=None)
            assert [finding.status for finding in findings] == [status]
    assert str(findings[0].advice).startswith("a wrong user, password or mechanism")


async def test_redis_and_its_graph_are_told(redis_url: str, namespace: str) -> None:
    entity = Entity(id="company:acme", name="Acme", kind="company")
    async with redis_client(redis_url) as client:
        store = RedisGraphStore(client, prefix=namespace)
        assert statuses(await check_redis(client, address="here")) == {"redis": "ok"}
        assert statuses(await check_graph(store)) == {"knowledge graph": "warning"}
        graph = make_graph([entity], aliases=[], relations=[])
        await store.publish(graph)
        published = await check_graph(store)
    assert statuses(published) == {"knowledge graph": "ok"}
    assert graph.version in published[0].detail


async def test_redis_that_refuses_the_login_is_told_apart_from_one_that_is_away(cache: RunningServer) -> None:
    async with redis_client(f"redis://nobody:sardine@{cache.address}/0") as client:
        refused = await check_redis(client, address="here")
    assert "password" in str(refused[0].advice)
    async with redis_client(f"redis://{NOBODY}/0") as client:
        away = await check_redis(client, address="here")
    assert "STREAM_APP_REDIS_URL" in str(away[0].advice)
    assert statuses(refused) == statuses(away) == {"redis": "failure"}


async def test_triton_is_held_to_the_version_of_the_model(triton_url: str) -> None:
    async with triton_client(triton_url) as client:
        served = (1, read_model(MODEL_REPOSITORY).version)
        same = await found("triton", check_triton(client, address=triton_url, served=served))
        other = await found("triton", check_triton(client, address=triton_url, served=(1, "fusion-0")))
        missing = await found("triton", check_triton(client, address=triton_url, served=(2, "fusion-2")))
    assert statuses(same) == {"triton": "ok"}
    assert statuses(other) == statuses(missing) == {"triton": "failure"}
    assert "fusion-0" in other[0].detail
    assert "version 2" in str(missing[0].advice)


async def test_triton_without_the_model_and_triton_that_is_away_are_failures(tmp_path: Path) -> None:
    options = TritonOptions(model_repository=write_echo_repository(tmp_path / "repository"))
    with start_triton(tmp_path, options) as server:
        async with triton_client(server.address) as client:
            without = await check_triton(client, address=server.address, served=None)
    async with triton_client(NOBODY) as client:
        away = await check_triton(client, address=NOBODY, served=None)
    assert statuses(without) == statuses(away) == {"triton": "failure"}
    assert "not ready" in without[0].detail
    assert "STREAM_APP_TRITON_URL" in str(away[0].advice)


def run_doctor(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("STREAM_APP_")}
    return subprocess.run(
        [Path(sys.executable).parent / "stream-app", "doctor", *arguments],
        cwd=folder,
        env=own | {f"STREAM_APP_{name}": value for name, value in settings.items()},
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_starts_what_is_not_configured_and_is_content(tmp_path: Path) -> None:
    done = run_doctor(tmp_path, "--json")
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout
    assert not [finding for finding in findings if finding["status"] == "failure"]
    assert {"python", "packages", "model", "kafka", "redis", "knowledge graph", "triton"} <= {
        finding["check"] for finding in findings
    }


def test_command_names_each_server_that_is_away_and_fails_without_telling_a_password(tmp_path: Path) -> None:
    away = {"KAFKA_BROKERS": NOBODY, "REDIS_URL": f"redis://reader:swordfish@{NOBODY}/0", "TRITON_URL": NOBODY}
    done = run_doctor(tmp_path, **away)
    assert done.returncode == 1
    failures = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("✗")]
    assert failures == ["kafka", "redis", "triton"]
    assert done.stdout.count("→") == 3
    assert "swordfish" not in done.stdout + done.stderr


def test_wrong_setting_is_a_finding_like_any_other(tmp_path: Path) -> None:
    done = run_doctor(tmp_path, KAFKA_BROKERS=NOBODY, KAFKA_SECURITY="SASL_SSL", REDIS_URL="here", TRITON_URL="there")
    assert done.returncode == 1
    for setting in ("STREAM_APP_KAFKA_USERNAME", "STREAM_APP_REDIS_URL", "STREAM_APP_TRITON_URL"):
        assert setting in done.stdout
