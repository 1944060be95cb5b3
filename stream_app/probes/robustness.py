"""Robustness: do answers stay where an edit keeps the label, and change where it changes it?

Invariance and directional tests in the sense of CheckList (Ribeiro et al. 2020): answers are held against each other,
not against labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from stream_app.probes.draws import rng_of
from stream_app.probes.intervals import Interval, bootstrap_mean, wilson
from stream_app.probes.reading import Answer, Reading
from stream_app.probes.texts import MADE, Text

Judged = Literal["name", "text"]


class Family(StrEnum):
    """What an edit does to the label."""

    KEEPING = "keeping"
    CHANGING = "changing"
    ADDED = "added"  # it stays, since what is added says nothing of the name


@dataclass(frozen=True, slots=True)
class Probe:
    """A text before and after an edit; `sign` is the way in which its polarity must go, 0 where it must stay."""

    family: Family
    kind: str
    before: Text
    after: Text
    sign: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of the pairs of one kind of edit and one source, for judged names or for whole texts.

    `pairs` were scored before the edit. `failures` is the share whose label changed although it must stay, or stayed
    although it must change; one that is not scored after the edit fails, and is counted by `unread`. `shift` is the
    mean absolute change of polarity, 0..2; `wrong_way` the share whose polarity went the other way than it must.
    `unlinked` counts names that linking knew before and not after.
    """

    family: Family
    kind: str
    source: str
    judged: Judged
    pairs: int
    failures: Interval
    shift: Interval
    wrong_way: Interval
    unread: int
    unlinked: int


def findings(probes: Iterable[Probe], readings: Mapping[Text, Reading], seed: int) -> tuple[Finding, ...]:
    """Return a finding for each family, kind, source and thing judged, in the order of the probes."""
    grouped: dict[tuple[Family, str, str], list[Probe]] = defaultdict(list)
    for probe in probes:
        grouped[probe.family, probe.kind, probe.before.source].append(probe)
    found = (
        _finding(group, readings, judged, rng=rng_of(seed, *key, judged))
        for key, group in grouped.items()
        for judged in _judged(group[0].before)
    )
    return tuple(one for one in found if one.pairs)


def _judged(text: Text) -> tuple[Judged, ...]:
    """Return what a source's labels speak of; a sentence that was made is about its only name."""
    if text.source == MADE:
        return "name", "text"
    return ("name",) if text.names else ("text",)


def _finding(
    group: Sequence[Probe], readings: Mapping[Text, Reading], judged: Judged, *, rng: np.random.Generator
) -> Finding:
    pairs = [(probe, readings[probe.before], readings[probe.after]) for probe in group]
    answers = [(probe.sign, _of(before, judged), _of(after, judged)) for probe, before, after in pairs]
    scored = [(sign, before, after) for sign, before, after in answers if before is not None]
    both = [(sign, before, after) for sign, before, after in scored if after is not None]
    failed = sum((before.label == after.label) == (sign != 0) for sign, before, after in both)
    shifts = np.array([after.polarity - before.polarity for _, before, after in both])
    signs = np.array([sign for sign, _, _ in both])
    unread = len(scored) - len(both)
    return Finding(
        family=group[0].family,
        kind=group[0].kind,
        source=group[0].before.source,
        judged=judged,
        pairs=len(scored),
        failures=wilson(failed + unread, len(scored)),
        shift=bootstrap_mean(np.abs(shifts), rng),
        wrong_way=wilson(int((signs * shifts < 0).sum()), int((signs != 0).sum())),
        unread=unread,
        unlinked=sum(before.linked and not after.linked for _, before, after in pairs) if judged == "name" else 0,
    )


def _of(reading: Reading, judged: Judged) -> Answer | None:
    return reading.name if judged == "name" else reading.text
