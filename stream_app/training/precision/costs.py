"""What each part of the network costs in accuracy when it alone is computed in 8 bits."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stream_app.adapters.onnx_runtime import OnnxRuntime
from stream_app.promotion.gate import most_lost
from stream_app.training.evaluation import Judged, judge, score
from stream_app.training.precision.int8 import static
from stream_app.training.precision.parts import PARTS, layer_of, part_of
from stream_app.training.precision.study import Bench
from stream_app.training.precision.variants import Quantising, write_plain
from stream_app.training.served import ServedNetwork


@dataclass(frozen=True, slots=True)
class PartCost:
    """`lost` is the accuracy of the head that lost most, `changed` the share of answers that became another label."""

    part: str
    head: str
    lost: float
    changed: float


def part_costs(network: ServedNetwork, how: Quantising, bench: Bench) -> list[PartCost]:
    """Return the cost of each kind of part, and of each layer, against the same file in floats."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plain, file = folder / "plain.onnx", folder / "part.onnx"
        names = write_plain(network, plain)
        groups = _groups(names)
        bench.report("scoring parts", 0, len(groups) + 1)
        whole = judge(OnnxRuntime(plain).infer, bench.corpus)
        found = []
        for done, (part, chosen) in enumerate(groups.items(), start=1):
            bench.report(f"scoring {part}", done, len(groups) + 1)
            alone = replace(how.static, spared=tuple(name for name in names if name not in chosen))
            static(plain, file, alone, batches=how.batches, kept=folder / "ranges.json")
            found.append(_cost(part, whole, judge(OnnxRuntime(file).infer, bench.corpus)))
    return found


def to_markdown(costs: Sequence[PartCost]) -> str:
    """Return the costs as a table."""
    rows = [("in 8 bits alone", "lost most, points", "answers that changed, %"), ("---", "---:", "---:")]
    rows += [(one.part, f"{one.head} {100 * one.lost:+.2f}", f"{100 * one.changed:.2f}") for one in costs]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _groups(names: Sequence[str]) -> dict[str, set[str]]:
    """Return the products of each kind of part, then of each layer."""
    parts = {part: {name for name in names if part_of(name) == part} for part in PARTS}
    numbers = sorted({number for number in map(layer_of, names) if number is not None})
    layers = {f"layer {number}": {name for name in names if layer_of(name) == number} for number in numbers}
    return {name: group for name, group in (parts | layers).items() if group}


def _cost(part: str, whole: Mapping[str, Judged], coarse: Mapping[str, Judged]) -> PartCost:
    full, left = ({head: score(one).accuracy for head, one in judged.items()} for judged in (whole, coarse))
    changed = [(whole[head].probabilities.argmax(-1) != coarse[head].probabilities.argmax(-1)).mean() for head in whole]
    return PartCost(part, *most_lost(full, left), changed=float(np.mean(changed)))
