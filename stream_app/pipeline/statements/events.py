"""What a sentence says without a verb of its own: a fire at a plant, weak demand, oil at a record high."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.arguments import main_names, owners
from stream_app.pipeline.statements.findings import FIRMS, Finding, of_noun
from stream_app.pipeline.statements.lexicon import natures
from stream_app.pipeline.statements.phrases import Held, Phrase, phrases
from stream_app.pipeline.statements.sentence import Sentence
from stream_app.pipeline.statements.word_senses import is_adjective, is_noun

_AMOUNT = 1.0
_MARKS = {"high": 0.8, "low": -0.8}
_REACH = 4
_PRICED = frozenset({EntityKind.COMMODITY, EntityKind.CURRENCY, EntityKind.INDEX, EntityKind.MACRO_INDICATOR})


def named_events(sentence: Sentence, clause: int, used: set[int]) -> Iterator[Finding]:
    """Yield what events and adjectives of the clause say that none of its verbs has spoken of."""
    for first, last in sentence.stretches(clause):
        among = phrases(sentence.pieces, first, last)
        for one in among:
            for at in range(one.first, one.last):
                if at in used:
                    continue
                if is_adjective(sentence.pieces, at):
                    yield from _of_adjective(sentence, at, clause=clause, among=among)
                elif is_noun(sentence.pieces, at):
                    yield from _of_event(sentence, at, clause=clause, among=among)


def _of_event(sentence: Sentence, at: int, *, clause: int, among: Sequence[Phrase]) -> Iterator[Finding]:
    noun = sentence.pieces[at].word.noun
    following = sentence.pieces[at + 1] if at + 1 < sentence.clauses[clause].last else None
    if following is not None and following.word.noun and is_noun(sentence.pieces, at + 1):
        return  # of `merger collapse` the collapse happens
    if noun in _MARKS:
        yield from _of_mark(sentence, clause, at)
    elif noun in natures() and natures()[noun].event:
        holders = owners(sentence.pieces, at, among)
        yield from of_noun(noun, _AMOUNT, holders, at=at, itself=sentence.pieces[at].named)
        if not holders:
            inferred = of_noun(noun, _AMOUNT, _firms_near(sentence, at, clause=clause, among=among), at=at)
            yield from (replace(one, inferred=True) for one in inferred)


def _firms_before(sentence: Sentence, clause: int) -> list[Held]:
    """Return the firms that the clause before is about, where this one is the reason: `Boeing slips on strike`."""
    if sentence.clauses[clause].link != "because":
        return []
    return [one for one in main_names(sentence, sentence.subject_before(clause)) if one.named.kind in FIRMS]


def _firms_near(sentence: Sentence, at: int, *, clause: int, among: Sequence[Phrase]) -> list[Held]:
    """Return the firms that an event without an owner may be of: `Renault in talks over plant closure`."""
    found = _firms_before(sentence, clause)
    if found or sentence.pieces[at].word.noun not in {"burden", "disruption"} or sentence.verbs[clause]:
        return found
    return [one for one in main_names(sentence, among) if one.named.kind in FIRMS and one.named.start < at]


def _of_mark(sentence: Sentence, clause: int, at: int) -> Iterator[Finding]:
    """Yield the move to a high or a low; before another noun (`high costs`) it is no mark."""
    pieces = sentence.pieces
    if at + 1 < len(pieces) and (pieces[at + 1].word.noun or pieces[at + 1].named):
        return
    for one in main_names(sentence, sentence.subject(clause, at)):
        if one.named.start < pieces[at].start and one.named.kind in _PRICED | FIRMS:
            yield Finding(one.named, _MARKS[pieces[at].word.noun] * one.share, at, market=True)


def _of_adjective(sentence: Sentence, at: int, *, clause: int, among: Sequence[Phrase]) -> Iterator[Finding]:
    """Yield what `weak demand` or `stronger dollar` says of whose demand it is, or of the dollar."""
    pieces, sign = sentence.pieces, sentence.pieces[at].word.sign
    last = next(one.last for one in among if one.first <= at < one.last)
    noun = None
    for place in range(at + 1, min(at + 1 + _REACH, last)):
        if is_noun(pieces, place) and pieces[place].word.noun in natures():
            noun = place
    if noun is None:
        named = pieces[at + 1].named if at + 1 < last else None
        if named is not None and named.kind in _PRICED:
            yield Finding(named, 0.7 * sign, at, market=True)
        return
    nature = pieces[noun].word.noun
    if natures()[nature].event:
        return
    holders = owners(pieces, noun, among) or _firms_before(sentence, clause)
    yield from of_noun(nature, 0.7 * sign, holders, at=at, last=noun)
