"""What a sentence says to happen to whom: each verb, event and adjective, with the entities that it moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.lexicon import Verb, natures
from stream_app.pipeline.statements.phrases import Held
from stream_app.pipeline.statements.pieces import Named

FIRMS = frozenset({EntityKind.COMPANY, EntityKind.INDUSTRY, EntityKind.PRODUCT})
_PRICED = frozenset({EntityKind.COMMODITY, EntityKind.CURRENCY, EntityKind.INDEX, EntityKind.MACRO_INDICATOR})
_MARKET = frozenset({"share", "price"})
By = Literal["itself", "another", ""]
MOVE = Verb("start", 1.0, 0.0, "", 0.0, 0.0, causes=0)
"""A bare move, for what is told by the words around a verb."""
_ENDED_SHARE = 0.5
"""What an adverse event's end gives back of what the event took: a recovery is milder than a fall."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One entity's move; `at` is the place of the word that tells it, `last` that of the noun that it tells it of.

    `market` marks a move of a price alone, `inferred` one that is an entity's by its place in the sentence alone.
    `nature` is that of what is moved; `by` says whether the entity moves it, or another firm does; `about` is the place
    of what is won or lost; `idle` tells that words which sound like a move are none.
    """

    named: Named
    move: float
    at: int
    ended: bool = False
    market: bool = False
    last: int | None = None
    inferred: bool = False
    nature: str = ""
    by: By = ""
    about: int | None = None
    idle: bool = False


def of_noun(  # noqa: PLR0913  (what, how much, whose, and where it is told)
    nature: str,
    amount: float,
    holders: Iterable[Held],
    *,
    at: int,
    verb: Verb | None = None,
    last: int | None = None,
    itself: Named | None = None,
) -> Iterator[Finding]:
    """Yield how more (`amount` over 0) or less of something moves those who have it.

    `itself` is the name that the noun is part of: a rise of the palm oil levy is a rise of the indicator that is the
    levy, a blackout in Chile a fall of the Chilean power supply, and a cease-fire in Ukraine more of peace there.
    """
    what = natures()[nature]
    ends = verb is not None and _ends(verb, adverse=what.adverse)
    for one in holders:
        is_it = one.named == itself and one.named.kind is EntityKind.MACRO_INDICATOR and what.event
        is_there = one.named.dreaded or not what.misfortune
        ended, factor = (False, 1.0 if is_there else -1.0) if is_it else (ends, what.factor(one.named.kind))
        move = amount * one.share * factor * (_ENDED_SHARE if ended else 1.0)
        if factor and move:
            yield Finding(one.named, move, at, ended=ended, market=nature in _MARKET, last=last, nature=nature)


def towards(verb: Verb, nature: str) -> Verb:
    """Return the verb as this kind of noun makes it: tariffs are lifted off, a strike is threatened with."""
    if not natures()[nature].misfortune:
        return verb
    if nature == "barrier" and verb.object < 0 < verb.policy:  # tightens curbs
        return replace(verb, object=abs(verb.object))
    if verb.nature and natures()[verb.nature].adverse:  # who investigates an outage tells of one
        return replace(verb, object=abs(verb.object))
    if verb.act == "lift":
        return replace(verb, act="stop", object=-verb.object)
    return replace(verb, object=abs(verb.object)) if verb.act == "threaten" else verb


def _ends(verb: Verb, *, adverse: bool) -> bool:
    """Whether the verb says that something adverse is over, or that what stood still goes on."""
    return verb.act == "stop" if adverse else verb.act == "resume"


def of_name(
    verb: Verb, amount: float, holders: Iterable[Held], *, at: int, disrupted: bool = False
) -> Iterator[Finding]:
    """Yield how a verb moves the very entities that it has as its subject or object.

    `disrupted` tells that an event hits them, so that a commodity grows scarce.
    """
    for one in holders:
        kind = one.named.kind
        # borrowers who default are more of the loan losses
        worse = one.named.dreaded and amount < 0 and (verb.act == "start" or verb.causes)
        own = abs(amount) if worse else amount
        move = own * one.share * _factor(verb, kind, disrupted=disrupted and own < 0)
        ended = verb.act == "resume" and (bool(verb.nature) or kind not in _PRICED)
        if move:
            market = verb.act == "move" and not verb.nature
            nature = verb.nature or ("disruption" if disrupted else "")
            yield Finding(one.named, move, at, ended=ended, market=market, nature=nature)


def _factor(verb: Verb, kind: EntityKind, *, disrupted: bool) -> float:
    if verb.nature:
        nature = natures()[verb.nature]
        sign = -1.0 if nature.adverse and min(verb.subject, verb.object) < 0 else 1.0
        return sign * nature.factor(kind)
    if kind in {EntityKind.CENTRAL_BANK, EntityKind.PERSON}:
        return 0.0  # what a central bank does itself is its policy; a person has no quantity of its own
    return -1.0 if disrupted and kind is EntityKind.COMMODITY else 1.0


def idle(holders: Iterable[Held], *, at: int) -> Iterator[Finding]:
    """Yield that nothing happens to these by words that only sound like it: `cuts ties with`."""
    return (Finding(one.named, 0.0, at, idle=True) for one in holders)


def of_policy(verb: Verb, holders: Iterable[Held], *, at: int) -> Iterator[Finding]:
    """Yield how a central bank moves its rate, by a verb alone (`the Fed cuts`) or by holding it."""
    for one in holders:
        rated = one.named.kind is EntityKind.CENTRAL_BANK
        if rated and one.share and (verb.policy or verb.act == "hold"):
            yield Finding(one.named, verb.policy, at)
