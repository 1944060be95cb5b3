"""A subscription from the command line to the alert, through a whole `stream-app up`."""

from __future__ import annotations

import json
import time

import pytest

from tests.e2e.conftest import Up

TEXTS = (
    "Boeing shares plunge after regulators ground its jets and the company warns of heavy losses",
    "Boeing slumps as a safety scandal deepens and orders collapse",
    "Boeing hit by fraud charges, shares crash to a record low",
)


@pytest.mark.timeout(240)
def test_a_document_becomes_an_alert_with_its_reason(up: Up) -> None:
    name = "boeing-falls"
    done = up.shell.run("subscribe", "add", name, "--ticker", "BA", "--direction", "adverse", "--kind", "sentiment")
    assert done.status == 0, done.err
    deadline = time.monotonic() + 150
    alerts: list[dict[str, object]] = []
    for number in range(59):
        document = {
            "id": f"alert-{number}",
            "title": TEXTS[number % 3],
            "published_at": f"2026-03-02T08:{number:02}:00Z",
        }
        (up.shell.folder / "alert.jsonl").write_text(json.dumps(document))
        assert up.shell.here("feed", "alert.jsonl").status == 0
        tail = up.shell.here("tail", f"alerts.{name}", "--to-end", "--json")
        if tail.status == 0 and (alerts := tail.lines):
            break
        assert time.monotonic() < deadline, tail.err
    assert {alert["subscription"] for alert in alerts} == {name}
    assert str(alerts[0]["reason"]).startswith("Boeing")
    assert "its ticker is BA and its polarity of -" in str(alerts[0]["reason"])
    while name not in up.shell.here("tail", "alerts", "--to-end").out:  # each topic is written at its own pace
        assert time.monotonic() < deadline
    assert up.shell.run("subscribe", "remove", name).status == 0
