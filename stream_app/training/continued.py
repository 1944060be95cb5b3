"""A finished run goes on from corrections, beside old texts so that nothing is forgotten, and is held to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stream_app.errors import DataError
from stream_app.training.config import TrainConfig
from stream_app.training.evaluation import hits, judge, score, torch_infer
from stream_app.training.examples import Example
from stream_app.training.fit import Progress
from stream_app.training.judged import HeadScore
from stream_app.training.run import (
    RECORD,
    Sources,
    load_network,
    load_sources,
    load_trained,
    train_on,
    write_metrics,
    write_record,
)
from stream_app.training.served import uncalibrated
from stream_app.training.split import is_dev

REFUSED = "refused.json"
RECIPE = Path(__file__).parent / "recipes" / "continue.toml"


@dataclass(frozen=True, slots=True)
class Continued:
    """What a stage on corrections did: figures of the dev texts before and after, and of the corrections.

    `learnt` and `held_out` are texts; `right_*` are the corrected labels that the model says, of `labels`; old texts
    are `rehearsed` an epoch.
    """

    before: dict[str, HeadScore]
    after: dict[str, HeadScore]
    learnt: int
    held_out: int
    rehearsed: int
    labels: int
    right_before: int
    right_after: int

    def lost(self) -> dict[str, float]:
        """Return how much accuracy each head lost; below zero where it won."""
        return {head: one.accuracy - self.after[head].accuracy for head, one in self.before.items()}


@dataclass(frozen=True, slots=True)
class Bounds:
    """`rehearsal` is the share of old texts among those of an epoch, `most_loss` how much accuracy a head may lose."""

    rehearsal: float
    most_loss: float


def go_on(
    out: Path,
    sources: Sources,
    corrections: Sequence[Example],
    *,
    config: TrainConfig,
    bounds: Bounds,
    report: Callable[[Progress], None],
) -> Continued:
    """Train `sources.start` further, into the folder `out`.

    Corrected texts of the tenth that is held out are not learnt from. DataError, and no finished run in `out`, where a
    head loses more than it may.
    """
    start = sources.start
    assert start is not None  # noqa: S101  (for the type checker)
    learnt = [one for one in corrections if not is_dev(one.text)]
    if not learnt:
        raise DataError("no correction to learn from: none has its event and document, or all are held out by hash")
    corpus = load_sources(start, sources.data, sources.graph)
    old = rehearsed(corpus.train, len(learnt), bounds.rehearsal, seed=config.seed)
    mixed = replace(corpus, train=(*learnt, *old))
    record = train_on(out, mixed, sources, config=config, report=report)
    networks = load_network(start), load_trained(out, record)
    before, after = (torch_infer(uncalibrated(network)) for network in networks)
    right = [hits(infer, corpus, corrections) for infer in (before, after)]
    done = Continued(
        before={head: score(one) for head, one in judge(before, corpus).items()},
        after={head: score(one) for head, one in judge(after, corpus).items()},
        learnt=len(learnt),
        held_out=len(corrections) - len(learnt),
        rehearsed=len(old),
        labels=len(right[0]),
        right_before=sum(right[0]),
        right_after=sum(right[1]),
    )
    write_metrics(out, done.after)
    write_record(out, record.model_copy(update={"rehearsal": bounds.rehearsal}), name=REFUSED)
    if max(done.lost().values()) > bounds.most_loss:
        (out / RECORD).unlink(missing_ok=True)
    else:
        (out / REFUSED).rename(out / RECORD)
    return done


def rehearsed(old: Sequence[Example], corrected: int, share: float, *, seed: int) -> list[Example]:
    """Return old texts, as many of each set, so that they are `share` of all; the same seed gives the same ones."""
    wanted = round(corrected * share / (1.0 - share))
    by_set: defaultdict[str, list[Example]] = defaultdict(list)
    for one in old:
        by_set[one.set_name].append(one)
    rng = np.random.default_rng(seed)
    shuffled = [[ones[place] for place in rng.permutation(len(ones))] for ones in by_set.values()]
    in_turn = [ones[at] for at in range(max(map(len, shuffled), default=0)) for ones in shuffled if at < len(ones)]
    return in_turn[:wanted]
