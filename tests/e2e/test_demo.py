"""`stream-app demo` runs by itself, balances, and leaves nothing behind; `up` ends when it is asked to."""

from __future__ import annotations

import signal

from stream_app.events.topics import DEAD_LETTERS, RISK, SENTIMENT
from stream_app.sample import messages
from tests.e2e.conftest import Shell
from tests.processes import descendants, survivors

RATES = {"currency:usd": "favourable", "industry:homebuilding": "adverse", "industry:real-estate": "adverse"}


def test_every_document_of_the_sample_has_events_or_a_dead_letter(shell: Shell) -> None:
    done = shell.run("demo", "--json", timeout=280)
    assert done.status == 0, done.err
    ready, *values, counts = done.lines
    assert (ready["event"], counts.pop("event")) == ("ready", "done")
    assert counts["records"] == len(list(messages()))
    assert counts["documents"] == counts["documents_with_events"] + counts["dead_letters"]
    letters = [value for value in values if "error_kind" in value]
    risks = [value for value in values if "exposed" in value]
    events = [value for value in values if "error_kind" not in value and "exposed" not in value]
    assert len({event["event_id"] for event in events}) == counts["events"]
    assert len(letters) == counts["dead_letters"]
    for value in events:
        SENTIMENT.schema.model_validate(value)
    assert len({risk["event_id"] for risk in risks}) == counts["risks"]
    for value in risks:
        RISK.schema.model_validate(value)
    told = {
        (risk["trigger"]["entity_id"], risk["trigger"]["document_id"], risk["exposed"]["id"]): risk for risk in risks
    }
    for customer in ("company:apple", "company:nvidia", "company:amd"):
        risk = told["company:tsmc", "ian-0303-tsmc-fire", customer]
        assert risk["direction"] == "adverse"
        assert risk["probability"] > risk["counterfactual"]["probability_without_trigger"]
        assert "Taiwan Semiconductor Manufacturing supplies" in risk["explanation"]
        assert [step["relation"] for step in risk["paths"][0]["steps"]] == ["supplies"]
    for exposed, direction in RATES.items():
        assert told["central_bank:federal-reserve", "imd-0304-fed-raises", exposed]["direction"] == direction
    for value in letters:
        DEAD_LETTERS.schema.model_validate(value)
    assert not survivors(ready["pids"].values(), within_seconds=5)


def test_up_ends_with_all_that_it_started_when_it_is_asked_to(shell: Shell) -> None:
    with shell.started("up") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("export STREAM_APP_KAFKA_BROKERS=127.0.0.1:")
        started = descendants(process.pid)
        assert started
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "stopping" in said
    assert not survivors(started, within_seconds=5)
