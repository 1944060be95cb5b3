"""What an error of sending means: worth another try, or not."""

from __future__ import annotations

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    TopicAuthorizationFailedError,
)

from stream_app.adapters.kafka import unsent
from stream_app.errors import ServerRejected, ServerUnavailable

CONNECTION = {"bootstrap_servers": "127.0.0.1:9092"}


@pytest.mark.parametrize("error", [KafkaConnectionError(), NotLeaderForPartitionError(), KafkaTimeoutError()])
def test_a_broker_that_does_not_answer_in_time_is_waited_for(error: KafkaError) -> None:
    """`KafkaTimeoutError` is what a queue says that stays full for 40 s; aiokafka does not call it retriable."""
    assert isinstance(unsent(CONNECTION, error), ServerUnavailable)


@pytest.mark.parametrize("error", [MessageSizeTooLargeError(), TopicAuthorizationFailedError()])
def test_a_refusal_is_not_waited_for(error: KafkaError) -> None:
    assert isinstance(unsent(CONNECTION, error), ServerRejected)
