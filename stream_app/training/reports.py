"""Sentences of company reports, made by rule: figures whose direction, not whose words, decides the sentiment.

No set here holds such sentences, while reports and wires are full of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from stream_app.pipeline.tensors import LABELS
from stream_app.training.examples import Example, Mention

SET_NAME = "reports"

_GOOD = (
    "net profit",
    "operating profit",
    "net sales",
    "revenue",
    "earnings per share",
    "turnover",
    "order intake",
    "EBIT",
)
_BAD = ("net loss", "operating loss", "net debt", "loan losses", "pre-tax loss")
_MOVES = (
    ("{name}'s {what} {rose} to {new} from {old} {then}", "rose", "fell"),
    ("{name} said its {what} {rose} to {new} in {period} from {old} {then}", "increased", "decreased"),
    ("{what} of {name} {rose} by {share}% to {new}", "grew", "dropped"),
    ("{name}: {what} {new}, {rose} from {old} {then}", "up", "down"),
)
_FIGURES = (
    "{name}'s {what} totalled {new}, compared to {old} {then}",
    "{name} posted {what} of {new} in {period}, versus {old} {then}",
    "{what} of {name} amounted to {new} ( {old} )",
    "{name} reported {what} of {new} for {period}, against {old} {then}",
)
_LESS_LOSS = "{name}'s {what} narrowed to {new} from {old} {then}"
_LOSSES = (
    "{name}'s {what} amounted to {new}",
    "{name} posted a {what} of {new} in {period}",
    "{name} made a {what} of {new}",
)
_LOST = ("loss before taxes", "net loss", "operating loss", "pretax loss", "loss for the period")
_PLAIN = (
    "{name} will publish its results for {period} on {day} March",
    "{name} did not disclose the value of the transaction",
    "{name} employs about {count} people at its plant",
    "{name} said the order, worth {new}, will be delivered in {period}",
    "the annual general meeting of {name} will be held on {day} April",
    "{name} is headquartered in the city and operates in {count} countries",
    "the shares of {name} represent {share}% of the voting rights",
    "{name} has appointed a new head of its unit, starting on {day} May",
)
_THEN = ("a year earlier", "in the corresponding period", "in the year-ago quarter", "in the same period last year")
_PERIODS = ("the first quarter", "the second quarter", "the third quarter", "the full year", "the period")
_MONEY = ("EUR {:.1f} mn", "USD {:.1f} million", "${:.1f}m", "Rs {:.0f} crore", "{:.1f} million euros", "SEK {:.0f} mn")
_PLAIN_SHARE, _LOSS_SHARE, _NARROWED_SHARE, _MOVE_SHARE = 0.35, 0.08, 0.15, 0.5
_LEAST_CHANGE, _MOST_CHANGE = 1.05, 1.9


def reports(names: Sequence[str], count: int, seed: int) -> Iterator[Example]:
    """Yield `count` sentences about companies of these names; the same seed gives the same ones."""
    rng = np.random.default_rng([seed, len(names)])
    for _ in range(count):
        template, what, label, rises = _plan(rng)
        name = names[int(rng.integers(len(names)))]
        numbers = _numbers(rng, rises=rises)
        start = len(template.partition("{name}")[0].format(what=what, **numbers))
        text = template.format(name=name, what=what, **numbers)
        mention = Mention(start, start + len(name), LABELS.index(label), salient=True)
        yield Example(SET_NAME, text, "news", document=LABELS.index(label), weak=True, mentions=(mention,))


def _plan(rng: np.random.Generator) -> tuple[str, str, str, bool]:
    """Return a template, the figure that it is about, the sentiment, and whether the figure rises."""
    if rng.random() < _PLAIN_SHARE:
        return _one(rng, _PLAIN), "", "neutral", True
    if rng.random() < _LOSS_SHARE:
        return _one(rng, _LOSSES), _one(rng, _LOST), "negative", True
    is_good, rises = bool(rng.random() < 2 / 3), bool(rng.random() < 1 / 2)
    what, label = _one(rng, _GOOD if is_good else _BAD), "positive" if is_good == rises else "negative"
    if not is_good and not rises and rng.random() < _NARROWED_SHARE / _MOVE_SHARE:
        return _LESS_LOSS, what, label, rises
    if rng.random() < _MOVE_SHARE:
        template, up, down = _MOVES[int(rng.integers(len(_MOVES)))]
        return template.replace("{rose}", up if rises else down), what, label, rises
    return _one(rng, _FIGURES), what, label, rises


def _numbers(rng: np.random.Generator, *, rises: bool) -> dict[str, str | int]:
    money, old = _one(rng, _MONEY), float(np.exp(rng.uniform(1.0, 6.0)))
    change = rng.uniform(_LEAST_CHANGE, _MOST_CHANGE)
    return {
        "new": money.format(old * change if rises else old / change),
        "old": money.format(old),
        "share": round((change - 1) * 100),
        "then": _one(rng, _THEN),
        "period": _one(rng, _PERIODS),
        "day": int(rng.integers(1, 31)),
        "count": int(rng.integers(2, 900)),
    }


def _one(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]
