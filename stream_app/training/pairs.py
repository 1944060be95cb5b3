"""Sentences in pairs of which the model must tell one from the other: made by rule, few words apart, other labels.

Six kinds: two figures compared, which of them stands first deciding; a charge that is denied or conceded; more or
less of something good or bad; what a court or a regulator decides; better or worse than others, than before, than
feared; what traders expect of a share. The wording is not that of `stream_app/probes`, whose figures would otherwise
say no more than that a template was learnt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from stream_app.pipeline.tensors import LABELS
from stream_app.training.better_or_worse import MATTERS, PLANS, RELATIVE, RULED
from stream_app.training.examples import Example, Mention
from stream_app.training.trader_talk import ENDINGS, UP_DOWN

SET_NAME = "pairs"

_BAD, _PLAIN, _GOOD = range(len(LABELS))
_Rng = np.random.Generator
_Pair = tuple[tuple[str, int], tuple[str, int]]
"""Two sentences with `{name}` left open, each with its label."""

_EARNED = (
    "pre-tax profit",
    "underlying earnings",
    "takings",
    "operating income",
    "net income",
    "fee income",
    "orders",
    "cash flow",
    "group sales",
    "adjusted EBITDA",
)
_LOST = ("net loss", "pre-tax loss", "impairments", "interest expense", "operating deficit", "restructuring charges")
_COMPARED = (
    "{when}, {what} at {name} came to {new}, after {old} {before}",
    "{name} booked {what} of {new}; {before} it had been {old}",
    "{name}: {what} {new} (prior year: {old})",
    "{name} closes its books with {what} of {new}, last time {old}",
    "{what} at {name} {new}, previously {old}",
    "{name} has reported {what} of {new}, where {before} it was {old}",
    "{before} {name} had {what} of {old}, and now {new}",
    "From {old} {before}, {what} of {name} went to {new}",
)
_MONEY = (
    "EUR {:.1f} million",
    "${:.1f} million",
    "${:.2f} billion",
    "{:.0f} million pounds",
    "Rs {:.0f} crore",
    "{:.1f}m",
)
_LOG_OF_FIGURE, _GROWN = (2.5, 6.5), (1.12, 2.6)
"""So that two figures differ also where they are written without decimals."""
_WHEN = ("In the first half", "In the spring quarter", "For the nine months", "Over the year", "In Q2")
_BEFORE = ("a year ago", "one year before", "in the prior-year period", "twelve months ago", "the year before")

_CHARGES = (
    "hid losses from investors",
    "bribed officials",
    "is running out of cash",
    "inflated its sales",
    "faces a cash squeeze",
    "tampered with test results",
    "is about to default",
    "leaked customer data",
    "is planning mass layoffs",
    "sold unsafe products",
    "broke sanctions",
    "is losing its main supplier",
    "evaded taxes",
    "overstated its reserves",
    "is behind schedule",
)
_DENIED = (
    ("{name} dismisses talk that it {charge}", "{name} concedes that it {charge}"),
    ("{name} rebuts allegations that it {charge}", "{name} acknowledges that it {charge}"),
    ("{name} calls reports that it {charge} baseless", "{name} calls reports that it {charge} accurate"),
    ("There is no truth in talk that {name} {charge}", "There is much truth in talk that {name} {charge}"),
    ("Auditors find no sign that {name} {charge}", "Auditors find proof that {name} {charge}"),
    ("{name} disputes that it {charge}", "{name} owns up: it {charge}"),
    ("It is untrue that {name} {charge}, its chairman says", "It is true that {name} {charge}, its chairman says"),
    ("{name} cleared of suspicion that it {charge}", "{name} convicted after it {charge}"),
)

_WELCOME = (
    "order book",
    "market share",
    "cash pile",
    "customer base",
    "operating margin",
    "passenger traffic",
    "output",
    "subscriber base",
    "footfall",
    "pricing power",
)
_UNWELCOME = (
    "debt burden",
    "wage bill",
    "cash burn",
    "default rate",
    "stock of unsold goods",
    "pile of overdue loans",
    "customer churn",
    "energy bill",
    "deficit",
    "vacancy rate",
    "pension shortfall",
    "provisioning",
    "tax bill",
    "accident rate",
)
_LESS_MORE = (
    ("shrinks", "swells"),
    ("dwindles", "mounts"),
    ("contracts", "expands"),
    ("comes down", "goes up"),
    ("has halved", "has doubled"),
    ("is getting smaller", "is getting bigger"),
    ("diminishes", "balloons"),
    ("was trimmed", "was extended"),
    ("recedes", "builds"),
    ("lessens", "deepens"),
)
_AMOUNTS = (
    "{what} of {name} {moves}",
    "{name}'s {what} {moves} by {share}%",
    "{name} says that its {what} {moves}",
    "At {name}, the {what} {moves} in {when}",
    "{name}: {what} {moves} more than analysts thought",
)
_QUARTERS = ("the June quarter", "the second half", "the latest period", "October")


def pairs(names: Sequence[str], count: int, seed: int) -> Iterator[Example]:
    """Yield `count` sentences, by twos, about companies of these names; the same seed gives the same ones.

    A quarter of them compares figures, and another is traders' talk.
    """
    rng = np.random.default_rng([seed, len(names), count])
    kinds: tuple[Callable[[_Rng], _Pair], ...] = (
        _compared,
        _talked,
        _denied,
        _amount,
        _compared,
        _talked,
        _ruled,
        _relative,
    )
    for place in range(count // 2):
        kind, name = kinds[place % len(kinds)], _one(rng, names)
        if kind is _talked and rng.random() < 1 / 2:
            name = _cashtag(name)
        for template, label in kind(rng):
            yield _example(template, name, label, source="social" if kind is _talked else "news")


def _example(template: str, name: str, label: int, *, source: str) -> Example:
    text = template[0].upper() + template[1:]
    start = text.index("{name}")
    mention = Mention(start, start + len(name), label, salient=True)
    return Example(SET_NAME, text.replace("{name}", name), source, document=label, weak=True, mentions=(mention,))


def _cashtag(name: str) -> str:
    """Return what might be the name's ticker."""
    return "$" + ("".join(letter for letter in name.upper() if "A" <= letter <= "Z")[:4] or "X")


def _talked(rng: _Rng) -> _Pair:
    """Return what one trader says who expects a share to rise, and one who expects it to fall."""
    up, down = UP_DOWN[int(rng.integers(len(UP_DOWN)))]
    ending = _one(rng, ENDINGS)
    return (up + ending, _GOOD), (down + ending, _BAD)


def _compared(rng: _Rng) -> _Pair:
    """Return a sentence with a greater and a smaller figure, and the same with both exchanged."""
    is_loss = bool(rng.random() < 1 / 3)
    small = float(np.exp(rng.uniform(*_LOG_OF_FIGURE)))
    money = _one(rng, _MONEY).format
    low, high = money(small), money(small * rng.uniform(*_GROWN))
    words = {"when": _one(rng, _WHEN), "before": _one(rng, _BEFORE), "what": _one(rng, _LOST if is_loss else _EARNED)}
    said = _one(rng, _COMPARED)
    grown = said.format(name="{name}", new=high, old=low, **words)
    shrunk = said.format(name="{name}", new=low, old=high, **words)
    return (grown, _BAD if is_loss else _GOOD), (shrunk, _GOOD if is_loss else _BAD)


def _denied(rng: _Rng) -> _Pair:
    """Return a charge that is denied, which says nothing good yet, and the same conceded."""
    charge = _one(rng, _CHARGES)
    denied, conceded = (said.replace("{charge}", charge) for said in _DENIED[int(rng.integers(len(_DENIED)))])
    return (denied, _PLAIN), (conceded, _BAD)


def _amount(rng: _Rng) -> _Pair:
    """Return less and more of something: less of what is bad is good."""
    is_bad = bool(rng.random() < 2 / 3)
    words = {"what": _one(rng, _UNWELCOME if is_bad else _WELCOME), "when": _one(rng, _QUARTERS)}
    said, share = _one(rng, _AMOUNTS), int(rng.integers(2, 60))
    less, more = (
        said.format(name="{name}", moves=moves, share=share, **words)
        for moves in _LESS_MORE[int(rng.integers(len(_LESS_MORE)))]
    )
    return (less, _GOOD if is_bad else _BAD), (more, _BAD if is_bad else _GOOD)


def _ruled(rng: _Rng) -> _Pair:
    """Return what is decided for a company, and against it."""
    return _better_and_worse(rng, RULED)


def _relative(rng: _Rng) -> _Pair:
    """Return a company that does better, and worse, than something else."""
    return _better_and_worse(rng, RELATIVE)


def _better_and_worse(rng: _Rng, said: Sequence[tuple[str, str]]) -> _Pair:
    matter, plan = _one(rng, MATTERS), _one(rng, PLANS)
    better, worse = (
        one.replace("{matter}", matter).replace("{plan}", plan) for one in said[int(rng.integers(len(said)))]
    )
    return (better, _GOOD), (worse, _BAD)


def _one(rng: _Rng, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]
