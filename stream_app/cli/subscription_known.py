"""Whether what a subscription names is there: topics of the model, and what the graph knows."""

from __future__ import annotations

from stream_app.adapters.model_repository import topic_labels
from stream_app.alerts.labels import unknown_topic
from stream_app.alerts.reading import most_name_characters
from stream_app.alerts.strangers import strangers
from stream_app.cli.kg_sources import graph_in_use
from stream_app.cli.output import announce
from stream_app.errors import ConfigurationError, DataError, ServerRejected, ServerUnavailable
from stream_app.events.subscription import Subscription
from stream_app.settings import Settings


def check_name(wish: Subscription, settings: Settings) -> None:
    """Raise ConfigurationError where the topic of its alerts would have too long a name, which workers refuse."""
    most = most_name_characters(settings.topic_prefix)
    if len(wish.name) > most:
        raise ConfigurationError(
            f"“{wish.name}” has {len(wish.name)} characters, and {most} fit behind the prefix of the topics: shorten it"
        )


def check_topics(wish: Subscription, settings: Settings, *, of_file: bool = False) -> None:
    """Raise where the model knows a topic not: DataError for a subscription `of_file`, else ConfigurationError."""
    complaint = unknown_topic(wish.match.topics or (), topic_labels(settings.model_repository))
    if complaint:
        raise (DataError if of_file else ConfigurationError)(f"“{wish.name}”: {complaint}")


def warn_of_strangers(wish: Subscription) -> None:
    """Say on standard error what the graph does not know, in a line each; it may learn it any day, so that is all."""
    match = wish.match
    if not (match.entities or match.tickers or match.industries or match.countries):
        return
    try:
        graph = graph_in_use(None)
    except (ServerUnavailable, ServerRejected, DataError) as error:
        announce(f"whether the graph knows what it names is not checked: {error}")
        return
    for line in strangers(match, graph):
        announce(f"warning: {line}")
