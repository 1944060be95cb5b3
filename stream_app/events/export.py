"""The contract for programs of others: JSON Schema for each topic, and one AsyncAPI 3 document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from stream_app.events.examples import example
from stream_app.events.schema import Schema
from stream_app.events.topics import ALERTS, BARS, FEEDBACK, INPUTS, SUBSCRIPTIONS, TICKS, TOPICS, Topic

ASYNCAPI_FILE = "asyncapi.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_READ = (*INPUTS, BARS, TICKS, SUBSCRIPTIONS, FEEDBACK)
_WRITTEN = tuple(topic for topic in TOPICS if topic not in _READ or topic is TICKS)
_ALERTS_OF_ONE = "alerts.{subscription}"
_KAFKA_BINDING = "0.5.0"

Json = dict[str, Any]


class _Plain(GenerateJsonSchema):
    """Without the titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401  (a schema of pydantic's core)
        del schema
        return False


def _mode(topic: Topic) -> JsonSchemaMode:
    """Return how the schema is meant: what a writer must give us, or what a reader always gets."""
    return "validation" if topic in _READ else "serialization"


def _example(topic: Topic) -> Any:  # noqa: ANN401  (JSON)
    return json.loads(example(topic).model_dump_json(exclude_none=topic in _READ))


def json_schema(topic: Topic) -> Json:
    """Return the JSON Schema (2020-12) of the topic's values, with an example."""
    schema = topic.schema.model_json_schema(schema_generator=_Plain, mode=_mode(topic))
    head = {"$schema": _DIALECT, "$id": f"urn:stream-app:{topic.name}"}
    return head | schema | {"examples": [_example(topic)]}


def asyncapi(version: str) -> Json:
    """Return the AsyncAPI 3 document of every topic; `version` is the application's."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "stream_app",
            "version": version,
            "description": "News and social documents in, calibrated sentiment of entities out. Every topic's name "
            "may have a prefix (STREAM_APP_TOPIC_PREFIX). Delivery is at least once: drop repeats by the event's id.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS} | {"alerts.one": _alerts_of_one()},
        "operations": _operations("receive", _READ) | _operations("send", _WRITTEN) | _send_alerts_of_one(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _channel(topic: Topic) -> Json:
    return {
        "address": topic.name,
        "description": topic.summary,
        "messages": {topic.schema.__name__: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": _kafka(topicConfiguration=_topic_configuration(topic)),
    }


def _alerts_of_one() -> Json:
    parameter = {"description": "Name of the subscription: a-z, 0-9 and -.", "examples": ["apple-falls"]}
    return _channel(ALERTS) | {
        "address": _ALERTS_OF_ONE,
        "description": "The alerts of one subscription.",
        "parameters": {"subscription": parameter},
    }


def _topic_configuration(topic: Topic) -> Json:
    config: Json = dict(topic.config())
    config["cleanup.policy"] = config["cleanup.policy"].split(",")
    for name in config.keys() & {"retention.ms", "min.compaction.lag.ms", "delete.retention.ms"}:
        config[name] = int(config[name])
    return config


def _operations(action: Literal["send", "receive"], topics: tuple[Topic, ...]) -> Json:
    return {f"{action}.{topic.name}": _operation(action, topic.name, topic) for topic in topics}


def _send_alerts_of_one() -> Json:
    return {"send.alerts.one": _operation("send", "alerts.one", ALERTS)}


def _operation(action: str, channel: str, topic: Topic) -> Json:
    place = f"#/channels/{channel}"
    return {
        "action": action,
        "channel": {"$ref": place},
        "summary": topic.summary,
        "messages": [{"$ref": f"{place}/messages/{topic.schema.__name__}"}],
    }


def _messages() -> Json:
    return {topic.name: _message(topic) for topic in TOPICS}


def _message(topic: Topic) -> Json:
    return {
        "name": topic.schema.__name__,
        "summary": topic.summary,
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{topic.schema.__name__}"},
        "examples": [{"payload": _example(topic)}],
        "bindings": _kafka(key={"type": "string", "description": f"UTF-8: {topic.key}."}),
    }


def _kafka(**binding: Any) -> Mapping[str, Json]:  # noqa: ANN401  (JSON)
    return {"kafka": binding | {"bindingVersion": _KAFKA_BINDING}}


def _schemas() -> Json:
    models: dict[type[Schema], JsonSchemaMode] = {topic.schema: _mode(topic) for topic in TOPICS}
    _, definitions = models_json_schema(
        list(models.items()), ref_template="#/components/schemas/{model}", schema_generator=_Plain
    )
    schemas: Json = definitions["$defs"]
    return schemas
