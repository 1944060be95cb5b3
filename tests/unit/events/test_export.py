"""The exported files say what the models say."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from stream_app.events.examples import example
from stream_app.events.export import ASYNCAPI_FILE, asyncapi, json_schema
from stream_app.events.topics import NEWS, SENTIMENT, TOPICS, Topic

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "docs" / "schemas"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


def exported(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def validator(topic: Topic) -> Draft202012Validator:
    return Draft202012Validator(json_schema(topic), format_checker=Draft202012Validator.FORMAT_CHECKER)


@each_topic
def test_exported_schema_is_that_of_the_model(topic: Topic) -> None:
    assert exported(f"{topic.name}.schema.json") == json_schema(topic)


def test_exported_asyncapi_is_that_of_the_models() -> None:
    assert exported(ASYNCAPI_FILE) == asyncapi(VERSION)


def test_no_exported_file_is_left_over_from_a_topic_that_went() -> None:
    wanted = {f"{topic.name}.schema.json" for topic in TOPICS} | {ASYNCAPI_FILE}
    assert {path.name for path in SCHEMAS.iterdir()} == wanted


@each_topic
def test_schema_is_valid_and_its_example_fits_it(topic: Topic) -> None:
    schema = json_schema(topic)
    Draft202012Validator.check_schema(schema)
    assert not list(validator(topic).iter_errors(schema["examples"][0]))


@each_topic
def test_what_the_model_writes_fits_the_schema(topic: Topic) -> None:
    written = json.loads(example(topic).model_dump_json())
    assert not list(validator(topic).iter_errors(written))


@each_topic
def test_example_survives_the_way_over_the_wire(topic: Topic) -> None:
    value = example(topic)
    assert topic.schema.model_validate_json(value.model_dump_json()) == value


def test_schema_refuses_a_document_without_text() -> None:
    assert list(validator(NEWS).iter_errors({"published_at": "2024-05-02T13:30:00Z"}))


@pytest.mark.parametrize(("field", "wrong"), [("polarity", -1.5), ("novelty", 2), ("event_id", None)])
def test_schema_and_model_refuse_the_same_event(field: str, wrong: object) -> None:
    event = json.loads(example(SENTIMENT).model_dump_json()) | {field: wrong}
    assert list(validator(SENTIMENT).iter_errors(event))
    with pytest.raises(ValidationError):
        SENTIMENT.schema.model_validate_json(json.dumps(event))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from references(child)


def resolve(document: Any, reference: str) -> Any:
    node = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_reference_of_the_asyncapi_document_resolves() -> None:
    document = asyncapi(VERSION)
    found = set(references(document))
    assert found
    assert all(resolve(document, reference) for reference in found)


@each_topic
def test_asyncapi_names_the_topic_its_key_and_an_example_that_fits(topic: Topic) -> None:
    document = asyncapi(VERSION)
    channel = document["channels"][topic.name]
    message = resolve(document, channel["messages"][topic.schema.__name__]["$ref"])
    payload = {"$ref": message["payload"]["$ref"], "components": document["components"]}
    assert channel["address"] == topic.name
    assert topic.key in message["bindings"]["kafka"]["key"]["description"]
    assert not list(Draft202012Validator(payload).iter_errors(message["examples"][0]["payload"]))


@each_topic
def test_asyncapi_says_how_long_the_topic_is_kept(topic: Topic) -> None:
    config = asyncapi(VERSION)["channels"][topic.name]["bindings"]["kafka"]["topicConfiguration"]
    assert ("compact" in config["cleanup.policy"]) == topic.compacted
    assert config.get("retention.ms") == (topic.kept and topic.kept.total_seconds() * 1000)


def test_every_operation_names_a_channel_and_one_of_its_messages() -> None:
    document = asyncapi(VERSION)
    addressed = {resolve(document, op["channel"]["$ref"])["address"] for op in document["operations"].values()}
    assert addressed == {channel["address"] for channel in document["channels"].values()}
    assert {op["action"] for op in document["operations"].values()} == {"send", "receive"}
