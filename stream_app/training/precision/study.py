"""One network in every precision, and smaller ones beside it: accuracy of each head, speed, and what the gate says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from stream_app.promotion.gate import MOST_LOSS, most_lost
from stream_app.training.corpus import Corpus
from stream_app.training.evaluation import HeadScore, Infer, judge, rows_of, score, torch_infer
from stream_app.training.export import asked_at, fit_temperatures, scores_at
from stream_app.training.network import FusionNetwork
from stream_app.training.precision.kept import Kept, scores_of
from stream_app.training.precision.measure import largest_change, ratio, texts_per_second
from stream_app.training.precision.variants import SERVED, Quantising, Variant, write_student, write_variants
from stream_app.training.served import HEADS, ServedNetwork, uncalibrated
from stream_app.training.temperature import Temperature, temperatures_told

_TIMED_TEXTS, _NEIGHBOURS = 256, 64
_SAME = 1e-5
"""What single precision may round in another order."""

Report = Callable[[str, int, int], None]
"""Hears what is done, how much of it, and of how much."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A variant's figures: `rate` is texts a second of processor time, `speed` that by the rate of what is served.

    `moved` is the most that a probability of a row changed with other neighbours in its batch, `lost` the accuracy that
    `head` lost against the first network in single precision, of all heads the most.
    """

    name: str
    title: str
    scores: Mapping[str, HeadScore]
    rate: float
    speed: float
    moved: float
    bytes: int
    head: str
    lost: float

    @property
    def passes(self) -> bool:
        """Whether it may be served: no head lost over 0.3 points, and a row's answer does not follow its neighbours."""
        return self.lost <= MOST_LOSS and self.moved < _SAME


@dataclass(frozen=True, slots=True)
class Bench:
    """What all variants are measured on, where figures are kept, in how many rounds speed is taken, and who hears."""

    corpus: Corpus
    kept: Kept
    rounds: int
    report: Report


def study(
    networks: Mapping[str, FusionNetwork], folder: Path, how: Quantising, *, bench: Bench
) -> tuple[dict[str, HeadScore], list[Measured]]:
    """Return the first network's figures in single precision, and those of its variants and of the smaller ones.

    Files of the variants that do not pass are removed, so that nothing serves them.
    """
    (name, whole), *smaller = networks.items()
    network, full = calibrated(whole, name, bench)
    variants = write_variants(network, folder, how, report=lambda what: bench.report(f"writing {what}", 0, 1))
    for name, student in smaller:
        variants += write_student(calibrated(student, name, bench)[0], folder, name)
    infers = {one.name: one.open() for one in variants}
    figures = [_figures(one, infers[one.name], bench) for one in variants]
    rates = _rates(infers, bench)
    measured = [_measured(*pair, full=full, rates=rates) for pair in zip(variants, figures, strict=True)]
    remove_refused(variants, measured)
    return full, measured


def calibrated(network: FusionNetwork, name: str, bench: Bench) -> tuple[ServedNetwork, dict[str, HeadScore]]:
    """Return the network with its temperatures, and its figures in single precision."""

    def make() -> dict[str, Any]:
        bench.report(f"scoring {name} in single precision", 0, 1)
        judged = judge(torch_infer(uncalibrated(network)), bench.corpus)
        temperatures = fit_temperatures(judged)
        scores = scores_at(asked_at(judged, temperatures), temperatures)
        return {"temperatures": temperatures, "scores": scores}

    digest = hashlib.sha256()
    for tensor in network.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    figures = bench.kept.or_made(f"{name}_torch", digest.hexdigest(), make)
    temperatures = dict.fromkeys(HEADS, Temperature()) | temperatures_told(figures["temperatures"])
    return ServedNetwork(network, temperatures), scores_of(figures)


def _figures(variant: Variant, infer: Infer, bench: Bench) -> dict[str, Any]:
    def make() -> dict[str, Any]:
        bench.report(f"scoring {variant.name}", 0, 1)
        scores = {head: score(one) for head, one in judge(infer, bench.corpus).items()}
        rows = rows_of(bench.corpus, bench.corpus.dev[:_NEIGHBOURS])
        return {"scores": scores, "moved": largest_change(infer, rows)}

    content = hashlib.sha256(variant.file.read_bytes()).hexdigest()
    return bench.kept.or_made(variant.name, content, make)


def _rates(infers: Mapping[str, Infer], bench: Bench) -> dict[str, list[float]]:
    dev = bench.corpus.dev
    rows = rows_of(bench.corpus, dev[:: max(1, len(dev) // _TIMED_TEXTS)][:_TIMED_TEXTS])
    count = len(infers) * (bench.rounds + 1)
    turns = iter(range(1, count + 1))
    return texts_per_second(
        infers,
        rows,
        rounds=bench.rounds,
        report=lambda: bench.report("measuring speed", next(turns), count),
    )


def _measured(
    variant: Variant, figures: dict[str, Any], *, full: Mapping[str, HeadScore], rates: Mapping[str, Sequence[float]]
) -> Measured:
    scores = scores_of(figures)
    head, lost = most_lost(_accuracies(full), _accuracies(scores))
    return Measured(
        name=variant.name,
        title=variant.title,
        scores=scores,
        rate=median(rates[variant.name]),
        speed=ratio(rates[variant.name], rates[SERVED]),
        moved=figures["moved"],
        bytes=variant.file.stat().st_size,
        head=head,
        lost=lost,
    )


def _accuracies(scores: Mapping[str, HeadScore]) -> dict[str, float]:
    return {head: one.accuracy for head, one in scores.items()}


def remove_refused(variants: Sequence[Variant], measured: Sequence[Measured]) -> None:
    """Remove the files of which no variant passes."""
    passing = {one.file for one, figures in zip(variants, measured, strict=True) if figures.passes}
    for file in {one.file for one in variants} - passing:
        file.unlink()
