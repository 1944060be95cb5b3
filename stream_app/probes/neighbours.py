"""Safety: what stands beside a document in its batch, however hostile, changes no bit of its scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stream_app.events.topics import NEWS
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.score_lines import read_line
from stream_app.pipeline.score_texts import TextScorer
from stream_app.probes.reading import PUBLISHED


@dataclass(frozen=True, slots=True)
class Isolation:
    """How many documents were scored beside how many hostile lines, and how many of them changed by it in any bit.

    `rejected` hostile lines were no documents, which was said of each alone.
    """

    documents: int
    hostile: int
    rejected: int
    changed: int


async def isolation(scorer: TextScorer, plain: Sequence[bytes], hostile: Sequence[bytes]) -> Isolation:
    """Score the plain lines as one batch, and again with a hostile line before each, as long as there are any."""
    alone = await _scored(scorer, plain)
    before = len(hostile) - len(plain)
    first, paired = hostile[: max(0, before)], hostile[max(0, before) :]
    mixed: list[bytes] = list(first)
    places = []
    for at, line in enumerate(plain):
        mixed += paired[at : at + 1]
        places.append(len(mixed))
        mixed.append(line)
    beside = await _scored(scorer, mixed)
    others = [one for place, one in enumerate(beside) if place not in set(places)]
    return Isolation(
        documents=len(plain),
        hostile=len(hostile),
        rejected=sum(isinstance(one, Rejection) for one in others),
        changed=sum(one != beside[place] for one, place in zip(alone, places, strict=True)),
    )


async def _scored(scorer: TextScorer, lines: Sequence[bytes]) -> list[Scored | Rejection]:
    return await scorer.score([read_line(line, NEWS.name, now=PUBLISHED) for line in lines])
