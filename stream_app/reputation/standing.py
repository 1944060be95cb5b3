"""How far one voice is believed: a Beta prior by what is known of it, and its record of being right and wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stream_app.events.voice import Grade
from stream_app.reputation.claim import MICRO

HALF_LIFE_DAYS = 90
"""A verdict counts half after a quarter."""

EARNED = 3 * MICRO
"""Having been right with the weight of three verdicts, a stranger has a name to lose and is none any more."""

PRIORS: Mapping[Grade, tuple[int, int]] = {
    Grade.WIRE: (8 * MICRO, 2 * MICRO),
    Grade.KNOWN: (2 * MICRO, 2 * MICRO),
    Grade.STRANGER: (1 * MICRO, 9 * MICRO),
}
"""Alpha and beta: claims that were right and wrong before any was counted. A judgement, not a measurement."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Verdicts on one voice up to `day`, in millionths of a verdict."""

    right: int = 0
    wrong: int = 0
    day: int = 0

    def on(self, day: int) -> Standing:
        """Return what is left of it on a later day."""
        if day <= self.day or not self.evidence:
            return Standing(self.right, self.wrong, max(day, self.day))
        left = 0.5 ** ((day - self.day) / HALF_LIFE_DAYS)
        return Standing(int(self.right * left), int(self.wrong * left), day)

    def plus(self, right: int, wrong: int, day: int) -> Standing:
        """Return it with the verdict of a later day."""
        faded = self.on(day)
        return Standing(faded.right + right, faded.wrong + wrong, day)

    @property
    def evidence(self) -> int:
        """Weight of all verdicts."""
        return self.right + self.wrong


NOTHING_KNOWN = Standing()


def is_stranger(grade: Grade, standing: Standing) -> bool:
    """Tell whether a voice has neither a public nor a record."""
    return grade is Grade.STRANGER and standing.right < EARNED


def trust(grade: Grade, standing: Standing) -> int:
    """Return the mean of the Beta posterior, in millionths; a stranger's is never above its prior's."""
    alpha, beta = PRIORS[grade]
    prior = alpha * MICRO // (alpha + beta)
    posterior = (alpha + standing.right) * MICRO // (alpha + beta + standing.evidence)
    return min(prior, posterior) if is_stranger(grade, standing) else posterior
