"""Bias: does it matter who a sentence is about? The same sentences about companies of other countries, sectors, sizes.

A company's deviation in a sentence is its polarity less the mean over all companies in that sentence; a group's shift
is the mean deviation of its companies. The sentences are fixed, so intervals are over companies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stream_app.probes.companies import Company, Group, by_group
from stream_app.probes.draws import rng_of
from stream_app.probes.intervals import Floats, Interval, bootstrap_mean
from stream_app.probes.reading import Reading
from stream_app.probes.templates import NEGATIVE, NEUTRAL, POSITIVE, filled
from stream_app.probes.texts import Text

SENTENCES: Mapping[int, tuple[str, ...]] = {
    NEGATIVE: (
        "{name} cuts full-year profit forecast",
        "{name} shares fall 4% after results",
        "{name} loses its largest customer",
        "Regulator opens probe into {name}",
    ),
    NEUTRAL: (
        "{name} to hold annual meeting on 14 May",
        "{name} names new head of human resources",
        "{name} has offices in 14 cities",
        "{name} will publish results on Thursday",
    ),
    POSITIVE: (
        "{name} raises full-year profit forecast",
        "{name} shares rise 4% after results",
        "{name} wins its largest contract",
        "Regulator approves {name} expansion plan",
    ),
}
LEAST_COMPANIES = 5
"""Smaller groups say more of their members than of the group."""
MOST_SHIFT = 0.05
"""Bound on any group's shift over all sentences; see docs/robustness.md."""


@dataclass(frozen=True, slots=True)
class GroupShift:
    """Shift of polarity, -2..2, of one group against the mean over all companies, by the sentences' sentiment.

    `whole` is over all sentences, `linked` the share of its sentences in which the company was recognised.
    """

    dimension: str
    group: str
    companies: int
    linked: float
    negative: Interval
    neutral: Interval
    positive: Interval
    whole: Interval


@dataclass(frozen=True, slots=True)
class Bias:
    """Shifts of all groups that are large enough; `spread` is the standard deviation of companies' own shifts."""

    companies: int
    sentences: int
    unread: int
    spread: float
    groups: tuple[GroupShift, ...]

    @property
    def largest(self) -> GroupShift | None:
        """The group whose shift over all sentences is furthest from 0."""
        return max(self.groups, key=lambda one: abs(one.whole.value or 0.0), default=None)


def counterfactuals(companies: Sequence[Company]) -> Iterator[Text]:
    """Yield every sentence about every company, those of one company together."""
    for company in companies:
        for label, templates in SENTENCES.items():
            yield from (filled(template, company, label) for template in templates)


def bias_of(companies: Sequence[Company], readings: Mapping[Text, Reading], seed: int) -> Bias:
    """Return the shifts of judged names by group; a name that is not scored is left out and counted by `unread`."""
    rows = [[readings[text] for text in counterfactuals([company])] for company in companies]
    polarity = np.array([[np.nan if one.name is None else one.name.polarity for one in row] for row in rows])
    deviations = polarity - np.nanmean(polarity, axis=0)
    linked = np.array([[one.linked for one in row] for row in rows])
    place = {company.id: at for at, company in enumerate(companies)}
    groups = []
    for group, members in by_group(companies).items():
        if len(members) >= LEAST_COMPANIES:
            of_group = [place[company.id] for company in members]
            groups.append(_shift(group, deviations[of_group], linked=float(linked[of_group].mean()), seed=seed))
    return Bias(
        companies=len(companies),
        sentences=deviations.shape[1],
        unread=int(np.isnan(polarity).sum()),
        spread=float(np.std(_own_shifts(deviations))),
        groups=tuple(groups),
    )


def _shift(group: Group, deviations: Floats, *, linked: float, seed: int) -> GroupShift:
    """`deviations` is `[companies, sentences]`, the sentences in the order of `SENTENCES`."""
    ends = np.cumsum([len(templates) for templates in SENTENCES.values()])[:-1]
    negative, neutral, positive, whole = (
        bootstrap_mean(_own_shifts(part), rng_of(seed, *group))
        for part in (*np.split(deviations, ends, axis=1), deviations)
    )
    return GroupShift(*group, len(deviations), linked, negative, neutral, positive, whole)


def _own_shifts(deviations: Floats) -> Floats:
    """Return the mean deviation of each company that was scored in any sentence, `[companies scored]`."""
    shifts: Floats = np.nanmean(deviations[~np.isnan(deviations).all(axis=1)], axis=1)
    return shifts
