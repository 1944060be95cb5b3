"""Whom a verb concerns: what stands as its object, its passive subject, or beside the noun that it moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.findings import FIRMS
from stream_app.pipeline.statements.inflection import Form
from stream_app.pipeline.statements.lexicon import Verb, Word, natures
from stream_app.pipeline.statements.phrases import Held, Phrase, held, kinds_of
from stream_app.pipeline.statements.pieces import Piece
from stream_app.pipeline.statements.sentence import Sentence

_NOT_OWNERS = frozenset({"agent", "passive", "against", "clause_because", "over"})
_ABOUT_OTHERS = frozenset({"barrier", "burden"})
"""Natures of what one does to another: `US tariffs on China`, `EU probe into Google`."""
_COUNTRIES = frozenset({EntityKind.COUNTRY, EntityKind.CENTRAL_BANK, EntityKind.PERSON})
_DOERS = FIRMS | {EntityKind.CENTRAL_BANK}
_NO_CONTENT = frozenset({"adverb", "number", "comma", "stop", "and", "steady", "past", "from"})
_SELF = 0.5


def owners(pieces: Sequence[Piece], noun: int, among: Sequence[Phrase], *, nature: str = "") -> list[Held]:
    """Return whose the noun is by the words of its own phrase and by the phrases that follow it."""
    place = next((number for number, one in enumerate(among) if one.first <= noun < one.last), None)
    if place is None:
        return []
    whole = among[place]
    own, nature = held(pieces, whole), nature or pieces[noun].word.noun
    if nature in _ABOUT_OTHERS and among[place].joint != "object":
        own = [one for one in own if one.named.kind not in _COUNTRIES]
    among = [one for one in among if one is among[place] or not _is_scene(one, nature)]
    place = among.index(whole)
    joined = list(_joined(pieces, among, place, nature=nature))
    lone = not own and not joined and nature == "barrier"
    if lone and place and among[place].joint in {"to", "prep", "in", "for", "maybe_because"}:
        own = held(pieces, among[place - 1])[-1:]  # adds Huawei to a blacklist
    if nature in _ABOUT_OTHERS and FIRMS & kinds_of(joined) and among[place].joint != "object":
        own = [one for one in own if one.named.kind not in FIRMS]
    if natures()[nature].own and FIRMS & kinds_of(own):  # sales in China are not China's
        joined = [one for one in joined if one.named.kind is not EntityKind.COUNTRY]
    return [*own, *joined]


def _is_scene(phrase: Phrase, nature: str) -> bool:
    """Whether the phrase only says where: `raises its target in Spain`."""
    return phrase.joint == "in" and nature in {"result", "share"}


def _joined(pieces: Sequence[Piece], among: Sequence[Phrase], place: int, *, nature: str) -> Iterator[Held]:
    is_own = natures()[nature].own
    others = _NOT_OWNERS - {"against"} if nature in _ABOUT_OTHERS else _NOT_OWNERS  # `charges against Google`
    for number, one in enumerate(among):
        if number > place and one.joint == "agent":
            yield from (other for other in held(pieces, one) if other.named.kind in _DOERS and is_own)
        if number == place or one.joint in others:
            continue
        if number > place or one.joint == "object":
            yield from held(pieces, one)


def subject_too(nature: str, verb: Verb, *, subject: Sequence[Held], found: Sequence[Held]) -> list[Held]:
    """Return which of the subject's entities share in what their verb does to a noun whose owners are `found`."""
    kinds = kinds_of(found)
    countries = [one for one in subject if one.named.kind is EntityKind.COUNTRY]
    if nature == "barrier" and len(countries) > 1 and not found:
        return countries  # the US and China suspend tariffs: each other's
    theirs = (FIRMS - {EntityKind.PRODUCT}) & kinds or any(one.named.kind in FIRMS and not one.share for one in found)
    if theirs and nature != "spending":  # what AT&T spends less on equipment is also its own
        return []
    firms = [one for one in subject if one.named.kind in FIRMS]
    if natures()[nature].own or verb.act == "have":
        if nature == "result" and verb.act in {"move", "lift"} and kinds == {EntityKind.COUNTRY}:
            return []  # S&P raises the outlook on Spain
        if EntityKind.COMMODITY in kinds:  # who pumps less sells less, but dearer
            return [Held(one.named, one.share * _SELF) for one in firms]
        return (
            list(subject) if not kinds or verb.act == "have" else [one for one in subject if one in firms or _sets(one)]
        )
    return firms if verb.act in {"stop", "resume", "start"} or not verb.causes else []


def _sets(one: Held) -> bool:
    return one.named.kind is EntityKind.CENTRAL_BANK


def deprived(pieces: Sequence[Piece], subject: Sequence[Phrase], thing: Phrase) -> list[Held]:
    """Return whose the object is that stands after a Chinese passive: 京东方被苹果砍掉订单, not 被暂停的资质."""
    is_attribute = thing.first < len(pieces) and pieces[thing.first].cue == "own"
    is_passive = any(one.joint == "passive" for one in subject[1:])
    return held(pieces, subject[0]) if is_passive and not is_attribute else []


def owner_before(sentence: Sentence, subject: Sequence[Phrase]) -> list[Held]:
    """Return the subject before, for a noun without an owner: `Ford says output fell`."""
    clause = sentence.clause_at.get(subject[0].first, 0)
    earlier = [at for at in sentence.verbs[clause] if at < subject[0].first]
    return main_names(sentence, sentence.subject(clause, earlier[-1]) if earlier else [])


def is_disruption(pieces: Sequence[Piece], subject: Sequence[Phrase]) -> bool:
    """Tell whether what does it is an event that makes things scarce: `drought hits cocoa`."""
    noun = subject[0].noun(pieces) if subject else None
    return noun is not None and pieces[noun].word.noun == "disruption"


def is_by_event(pieces: Sequence[Piece], right: Sequence[Phrase]) -> bool:
    """Tell whether an event does what a passive verb tells: `hit by a drought`."""
    nouns = (one.noun(pieces) for one in right[1:] if one.joint == "agent")
    return any(at is not None and pieces[at].word.noun == "disruption" for at in nouns)


def main_names(sentence: Sentence, among: Sequence[Phrase]) -> list[Held]:
    """Return who is named in the first phrase, else in those that follow it (`workers at Boeing`)."""
    if not among:
        return []
    first = plain_names(sentence, among[0])
    if first:
        return first
    rest = (one for one in among[1:] if one.joint not in _NOT_OWNERS)
    return list(chain.from_iterable(held(sentence.pieces, one) for one in rest))


def plain_names(sentence: Sentence, phrase: Phrase) -> list[Held]:
    """Return who is named in a phrase, less the countries that only say whose: `US inflation`, `US herd`."""
    pieces, names = sentence.pieces, held(sentence.pieces, phrase)
    places = [at for at in range(phrase.first, phrase.last) if pieces[at].named]
    whose = {
        pieces[one].named
        for one, other in pairwise(places)
        if not any(pieces[at].cue in {"and", "comma"} for at in range(one, other))
    }
    whose |= {pieces[at].named for at in places if at + 1 < phrase.last and _is_unknown(sentence, at + 1)}
    return [one for one in names if one.named.kind is not EntityKind.COUNTRY or one.named not in whose]


def are_of_others(sentence: Sentence, noun: int) -> bool:
    """Whether the shares are those of somebody whom no table has: `hitting drugstore shares`."""
    return sentence.pieces[noun].word.noun == "share" and noun > 0 and _is_unknown(sentence, noun - 1)


def _is_unknown(sentence: Sentence, at: int) -> bool:
    """Whether the piece is an English word that no table has."""
    piece = sentence.pieces[at]
    text = sentence.text[piece.start : piece.end]
    return piece.named is None and not piece.cue and piece.word == Word() and text.isascii() and text.isalpha()


def is_passive(sentence: Sentence, clause: int, verb: int) -> bool:
    """Whether what stands before the verb is what it is done to."""
    pieces = sentence.pieces
    first, last = sentence.before(clause, verb)
    if any(pieces[at].cue == "passive" for at in range(first, last)):
        return True
    form = pieces[verb].word.form
    if form not in {Form.PAST, Form.EITHER}:
        return False
    before = [pieces[at] for at in range(max(first, verb - 3), last) if pieces[at].cue != "adverb"]
    if before and before[-1].cue == "be":
        return True
    after = sentence.after(clause, verb)
    if after[0] < after[1] < sentence.clauses[clause].last:
        return False  # `reported a 30% drop`
    return not _has_content(pieces, *after)


def _has_content(pieces: Sequence[Piece], first: int, last: int) -> bool:
    """Whether the words right after a verb may be its object, known or not."""
    for at in range(first, last):
        piece = pieces[at]
        if piece.named or piece.word.noun:
            return True
        if piece.cue in {"number", "adverb", "det"} or piece.word.sign or piece.grade == "of":
            continue
        return not piece.cue and not piece.word.verb
    return False


def is_nominal(sentence: Sentence, clause: int, verb: int) -> bool:
    """Whether the verb is a noun here that takes its phrase by a preposition: `a drop in sales`."""
    pieces = sentence.pieces
    first, last = sentence.after(clause, verb)
    if (
        pieces[verb].word.form not in {Form.BARE, Form.FINITE, Form.EITHER}
        or first >= last
        or pieces[first].cue not in {"prep", "to"}
    ):
        return False
    before = pieces[verb - 1] if verb else None
    return (
        before is None
        or verb == sentence.clauses[clause].first
        or before.cue in {"det", "prep", "maybe_because", "because", "number", "noun", "quantifier"}
        or bool(before.word.sign or before.word.verb)
    )
