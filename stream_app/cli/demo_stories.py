"""Two stories of the sample, kept while the demo runs and told at its end: what happened, and who is exposed to it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from stream_app.cli.risks import risk_list
from stream_app.events.risk_event import RiskEvent

STORIES: Mapping[tuple[str, str], str] = {
    ("ian-0303-tsmc-fire", "company:tsmc"): "TSMC halts a Tainan fab after a fire",
    (
        "imd-0304-fed-raises",
        "central_bank:federal-reserve",
    ): "Federal Reserve raises its policy rate by a quarter point",
}
"""Headlines of documents of the sample, by their ids and by the entity that the story is about."""
_MOST_EXPOSED = 6


class Stories:
    """The risk events of the two stories."""

    def __init__(self) -> None:
        self._exposed: dict[tuple[str, str], dict[str, RiskEvent]] = {story: {} for story in STORIES}

    def add(self, risk: RiskEvent) -> None:
        """Keep the event, if it is of one of the stories."""
        exposed = self._exposed.get((risk.trigger.document_id, risk.trigger.entity_id))
        if exposed is not None:
            exposed[risk.exposed.id] = risk

    def print(self, console: Console) -> None:
        """Print each story with those who are most exposed to it."""
        for story, headline in STORIES.items():
            risks = sorted(self._exposed[story].values(), key=lambda risk: (-weight(risk), risk.exposed.id))
            shown = risks[:_MOST_EXPOSED]
            if shown:
                console.print(Text.assemble("\n", (headline, "bold underline")))
                console.print(
                    f"exposes {len(risks)} others, most of all these; chance of an abnormal move without it → with it:"
                )
                console.print(risk_list(shown))


def weight(risk: RiskEvent) -> float:
    """Return what the trigger alone does, whatever else has raised the probability before."""
    left, left_without = 1 - risk.probability, 1 - risk.counterfactual.probability_without_trigger
    return math.log(left_without / left) if left > 0 else math.inf
