"""Every metric is described once, counted somewhere, and on the docs page as the table has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stream_app.pipeline.metrics import METRICS, Metric, MetricKind, as_markdown

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "metrics.md"
NAME = re.compile(r'"(stream_app_[a-z_]+)"')


def named_in_code() -> set[str]:
    modules = (path for path in (ROOT / "stream_app").rglob("*.py") if path.name != "metrics.py")
    return {name for path in modules for name in NAME.findall(path.read_text(encoding="utf-8"))}


def test_code_and_table_name_the_same_metrics() -> None:
    assert named_in_code() == {metric.name for metric in METRICS}


def test_page_shows_the_table() -> None:
    assert "\n".join(as_markdown()) in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_name_follows_the_habits_of_prometheus(metric: Metric) -> None:
    assert re.fullmatch(r"stream_app_[a-z]+(?:_[a-z]+)*", metric.name)
    assert metric.name.endswith("_total") == (metric.kind is MetricKind.COUNTER)
    assert metric.name.endswith("_seconds") == (metric.unit == "seconds")
    assert bool(metric.buckets) == (metric.kind is MetricKind.HISTOGRAM)
    assert metric.meaning.endswith(".")
