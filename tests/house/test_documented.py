"""Everything that a user may name is explained in the docs: settings, topics, metrics."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream_app.events.topics import TOPICS
from stream_app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
PREFIX = "STREAM_APP_"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_setting_is_described_and_in_the_operations_page(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"`{PREFIX}{name.upper()}`" in (DOCS / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_topic_has_a_schema_in_the_docs(topic: object) -> None:
    name = getattr(topic, "name", "")
    assert f"`{name}`" in (DOCS / "events.md").read_text(encoding="utf-8")
