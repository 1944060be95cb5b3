"""How events look on the wire."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from stream_app.events.dead_letter import DeadLetter
from stream_app.events.examples import example
from stream_app.events.risk_event import Step
from stream_app.events.topics import DEAD_LETTERS


@given(st.binary(max_size=64))
def test_any_decoder_of_base64_gets_the_bytes_of_a_dead_letter(raw: bytes) -> None:
    letter = example(DEAD_LETTERS).model_copy(update={"value": raw})
    written = json.loads(letter.model_dump_json())
    assert base64.b64decode(written["value"], validate=True) == raw
    assert DeadLetter.model_validate_json(json.dumps(written)) == letter


def test_a_step_is_written_with_the_names_of_the_contract() -> None:
    step = Step.model_validate({"from": "a", "relation": "supplies", "to": "b", "sign": 1, "weight": 0.5})
    assert json.loads(step.model_dump_json())["from"] == "a"
