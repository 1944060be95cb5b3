"""The probes of robustness: texts made from templates and texts given, each with all the edits that fit it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from stream_app.probes.companies import Company
from stream_app.probes.draws import rng_of
from stream_app.probes.edits import label_keeping
from stream_app.probes.hostile import ADDED, added
from stream_app.probes.opposites import opposite
from stream_app.probes.robustness import Family, Probe
from stream_app.probes.templates import NEGATIVE, PAIRS, POSITIVE, all_templates, filled, fits
from stream_app.probes.texts import Text

_T = TypeVar("_T")

OPPOSITE = "opposite word"
"""Kind of the edit that turns a given text round."""


def probes(companies: Sequence[Company], given: Sequence[Text], sample: int, *, seed: int) -> Iterator[Probe]:
    """Yield the probes; `sample` is the number of texts of each source that are edited, and of pairs of each kind."""
    sources = dict.fromkeys(text.source for text in given)
    drawn = [_drawn([one for one in given if one.source == source], sample, seed) for source in sources]
    texts = [*_made(companies, sample, seed), *(text for of_source in drawn for text in of_source)]
    for kind, edit in label_keeping(companies).items():
        rng = rng_of(seed, Family.KEEPING, kind)
        for text in texts:
            if (after := edit(text, rng)) is not None:
                yield Probe(Family.KEEPING, kind, text, after)
    yield from _turned_templates(companies, sample, seed)
    yield from _turned_texts(given, sample, seed)
    for kind in ADDED:
        edit, rng = added(kind), rng_of(seed, Family.ADDED, kind)
        yield from (Probe(Family.ADDED, kind, text, after) for text in texts if (after := edit(text, rng)))


def _made(companies: Sequence[Company], count: int, seed: int) -> list[Text]:
    """Return sentences, each template as often as any other, about companies drawn at random."""
    templates, rng = list(all_templates()), rng_of(seed, "templates")
    chosen = (templates[place % len(templates)] for place in range(count))
    return [filled(template, _company(template, companies, rng), label) for template, label in chosen]


def _turned_templates(companies: Sequence[Company], count: int, seed: int) -> Iterator[Probe]:
    """Yield each pair of sentences both ways round, about the same company."""
    for kind, pairs in PAIRS.items():
        rng = rng_of(seed, Family.CHANGING, kind)
        for place in range(count // 2):
            better, worse = pairs[place % len(pairs)]
            company = _company(better, companies, rng)
            good, bad = filled(better, company, POSITIVE), filled(worse, company, NEGATIVE)
            yield Probe(Family.CHANGING, kind, good, bad, -1)


def _turned_texts(given: Sequence[Text], count: int, seed: int) -> Iterator[Probe]:
    for source in dict.fromkeys(text.source for text in given):
        turned = [(text, opposite(text)) for text in given if text.source == source]
        found = [Probe(Family.CHANGING, OPPOSITE, text, *pair) for text, pair in turned if pair is not None]
        yield from _drawn(found, count, seed)


def _drawn(items: Sequence[_T], count: int, seed: int) -> list[_T]:
    places = rng_of(seed, "given").permutation(len(items))[:count]
    return [items[place] for place in sorted(places)]


def _company(template: str, companies: Sequence[Company], rng: np.random.Generator) -> Company:
    able = [company for company in companies if fits(template, company)]
    return able[int(rng.integers(len(able)))]
