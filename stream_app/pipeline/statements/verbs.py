"""What a verb says: its object moved, or what stands before it, or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.arguments import (
    are_of_others,
    deprived,
    is_by_event,
    is_disruption,
    is_nominal,
    is_passive,
    main_names,
    owner_before,
    owners,
    plain_names,
    subject_too,
)
from stream_app.pipeline.statements.findings import FIRMS, MOVE, By, Finding, idle, of_name, of_noun, of_policy, towards
from stream_app.pipeline.statements.inflection import Form
from stream_app.pipeline.statements.lexicon import Verb, natures
from stream_app.pipeline.statements.objects import is_below_nought, is_compound, is_less, object_phrases, with_its_end
from stream_app.pipeline.statements.orders import ordered
from stream_app.pipeline.statements.others import others
from stream_app.pipeline.statements.phrases import Held, Phrase, held, phrases
from stream_app.pipeline.statements.sentence import Sentence
from stream_app.pipeline.statements.transitive import sounds_alike

_STANDING = frozenset({"stop", "resume", "start"})
"""What a plant or a mine does or has done to it, by which its output goes or comes."""
_HIGH = {"high": 0.8, "low": -0.8}


class VerbReading:
    """One verb of a sentence and whom it moves; `used` holds the places of the nouns that it speaks of."""

    def __init__(self, sentence: Sentence, verb: Verb, *, clause: int, at: int) -> None:
        self._pieces = sentence.pieces
        self._sentence, self._at, self._verb = sentence, at, with_its_end(sentence, verb, clause=clause, at=at)
        self._subject = sentence.subject(clause, at)
        self._right = phrases(self._pieces, *sentence.after(clause, at))
        self._passive = is_passive(sentence, clause, at)
        self._nominal = is_nominal(sentence, clause, at)
        self._objects = object_phrases(sentence, self._right, clause=clause, at=at, is_nominal=self._nominal)
        # After a nominal verb there may be nothing: “bought it at 1.21$⏎This is 9579% profit”.
        self._object = self._objects[0] if self._objects else Phrase(0, 0, "")
        self.used: set[int] = set()

    def findings(self) -> Iterator[Finding]:
        """Yield whom the verb moves."""
        verb, piece = self._verb, self._pieces[self._at]
        if piece.named is not None:  # the name of an indicator that is itself a move: 加息
            yield from self._own(piece.named.kind)
        if verb.act == "idle" or (
            not self._passive and sounds_alike(self._sentence, verb, self._right[0], at=self._at)
        ):
            self.used.update(range(self._object.first, self._object.last))
            named = [*main_names(self._sentence, self._subject), *held(self._pieces, self._object)]
            yield from idle(named, at=self._at)
            return
        if verb.act == "hold":
            yield from self._held_still()
            return
        mark = self._object.mark(self._pieces)
        if mark and self._object.noun(self._pieces) is None:
            yield from of_name(MOVE, _HIGH[mark], main_names(self._sentence, self._subject), at=self._at)
            return
        by_object = list(self._by_object())
        yield from by_object
        other = self._objects and self._right[0].has_noun(self._pieces) and bool(verb.object)  # drops a supplier
        if verb.subject and not ((by_object or other) and verb.act == "move"):
            yield from self._by_subject(as_object=False)
        yield from others(self._sentence, verb, at=self._at, subject=self._subject, right=self._right)

    def _own(self, kind: EntityKind) -> Iterator[Finding]:
        named = self._pieces[self._at].named
        amount = self._verb.subject or self._verb.object
        if named is not None and kind is EntityKind.MACRO_INDICATOR and amount:
            yield Finding(named, amount, self._at)

    def _held_still(self) -> Iterator[Finding]:
        """Yield a rate that is said to stay where it is: a move of 0, with its words."""
        noun = self._object.noun(self._pieces)
        steady = any(self._pieces[at].cue == "steady" for one in self._right for at in range(one.first, one.last))
        rates = noun is not None and self._pieces[noun].word.noun == "rate"
        if rates or steady or not self._right[0].last - self._right[0].first:
            yield from of_policy(self._verb, main_names(self._sentence, self._subject), at=self._at)
            for one in held(self._pieces, self._object):
                if one.named.kind is EntityKind.MACRO_INDICATOR:
                    yield Finding(one.named, 0.0, self._at)

    def _by_object(self) -> Iterator[Finding]:
        verb = self._verb
        if not verb.object:
            return
        found = self._object
        noun = found.noun(self._pieces)
        names = plain_names(self._sentence, found)
        part = found.part(self._pieces)
        if verb.act == "outdo":
            yield from of_name(verb, verb.object, names, at=self._at)
        elif verb.act == "order":
            if noun is not None and self._is_event(noun):  # a court orders a recall
                yield from self._of_object_noun(noun)
            elif not self._passive:
                yield from ordered(self._sentence, verb, at=self._at, subject=self._subject, right=self._right)
        elif noun is not None and not names and self._is_done_with(noun):
            self.used.update(range(found.first, found.last))
            yield from self._by_subject(as_object=True)
        elif noun is not None:
            yield from self._of_object_noun(noun)
        elif part is not None and not verb.nature and verb.act in _STANDING:
            yield from self._of_object_noun(part, "activity")
        elif names and not (self._passive and not self._nominal):
            scarce = is_disruption(self._pieces, self._subject) or self._stops_supply()
            yield from of_name(verb, verb.object, names, at=self._at, disrupted=scarce)
        else:
            yield from self._of_nothing_known()

    def _of_nothing_known(self) -> Iterator[Finding]:
        """Yield whom a verb moves whose object is missing or unknown."""
        verb = self._verb
        if verb.nature == "disruption" and not self._passive and self._firms_there():
            yield from of_name(verb, verb.object, self._firms_there(), at=self._at, disrupted=True)
        elif self._passive or (verb.act == "stop" and self._subject and not self._has_object()):
            yield from self._by_subject(as_object=True)
        elif not self._has_object():
            yield from self._without_object()

    def _is_done_with(self, noun: int) -> bool:
        """Whether the noun is no object, but what is done to the subject, as in `Ford hit with a fine`."""
        past = self._pieces[self._at].word.form in {Form.PAST, Form.EITHER}
        return past and bool(self._verb.nature) and natures()[self._pieces[noun].word.noun].adverse

    def _firms_there(self) -> list[Held]:
        """Return the firms at whose place something unknown is hit: `guts clean room at Renesas's plant`."""
        return [one for one in main_names(self._sentence, self._objects) if one.named.kind in FIRMS]

    def _has_object(self) -> bool:
        first = self._right[0]
        if is_compound(self._pieces, self._at):
            return False
        return any(
            not self._pieces[at].cue or self._pieces[at].cue == "number" for at in range(first.first, first.last)
        )

    def _without_object(self) -> Iterator[Finding]:
        """Yield what a verb without an object says: a bank's policy, or the noun before it (`output cut`)."""
        subject = main_names(self._sentence, self._subject)
        noun = self._subject[0].noun(self._pieces) if self._subject else None
        if noun is not None or (self._subject and any(one.named.kind is EntityKind.MACRO_INDICATOR for one in subject)):
            yield from self._by_subject(as_object=True)
        else:
            yield from of_policy(self._verb, subject, at=self._at)

    def _of_object_noun(self, noun: int, nature: str = "") -> Iterator[Finding]:
        nature = nature or self._pieces[noun].word.noun
        self.used.update(range(self._object.first, self._object.last))
        verb = towards(self._verb, nature)
        among = [one for one in self._objects if not (verb.other and one.joint == "to")]
        found = owners(self._pieces, noun, among, nature=nature)
        subject = (
            [] if self._passive or are_of_others(self._sentence, noun) else main_names(self._sentence, self._subject)
        )
        if not found and self._passive:  # 京东方被苹果砍掉订单
            found = deprived(self._pieces, self._subject, self._object)
        if self._verb.nature == "barrier":  # the sales that a country bans are others'
            subject = [one for one in subject if one.named.kind is not EntityKind.COUNTRY]
        if (verb.act == "have" or verb.subject) and subject and nature in {"gain", "result"}:
            found = []  # whose order it is that one gets is another matter
        if nature == "burden" and any(one.joint == "against" for one in among):  # it is not laid on who drops it
            yield from idle(subject, at=self._at)
            subject = []
        shared = subject_too(nature, verb, subject=subject, found=found)
        known = {one.named.who for one in found if one.share}
        holders = [*found, *(one for one in shared if one.named.who not in known)]
        if (
            verb.act in {"have", "start"}
            and not natures()[nature].event
            and is_less(self._pieces, self._object.first, noun)
        ):
            verb = replace(verb, object=-verb.object)  # sees slower growth
        if nature == "rate" and is_below_nought(self._pieces, self._right):
            verb = replace(verb, object=-abs(verb.object), policy=-abs(verb.policy or verb.object))
        doers = self._doers(subject, shared)
        itself = self._pieces[noun].named
        for one in of_noun(nature, verb.object, holders, at=self._at, verb=verb, last=noun, itself=itself):
            by: By = "itself" if one.named.who in doers else "another" if doers else ""
            yield replace(one, by=by)
        if nature == "rate" and not any(one.named.kind is EntityKind.CENTRAL_BANK for one in holders):
            yield from of_policy(verb, subject, at=self._at)

    def _doers(self, subject: Sequence[Held], shared: Sequence[Held]) -> set[int]:
        """Return the firms that move the object of their own will; who wins or loses an order does not."""
        if self._verb.act == "have" or (self._verb.subject and self._verb.act != "move"):
            return set()
        found = self._subject[0].noun(self._pieces) if self._subject else None
        firms = {one.named.who for one in subject if one.named.kind in FIRMS and one.share == 1.0}
        return firms if found is None else firms & {one.named.who for one in shared}

    def _by_subject(self, *, as_object: bool) -> Iterator[Finding]:
        """Yield what happens to what stands before the verb: a noun and its owners, or the names themselves.

        `as_object` where it is done to them, as in the passive.
        """
        amount = self._verb.object if as_object else self._verb.subject
        if not self._subject:
            return
        noun = self._subject[0].noun(self._pieces)
        if noun is not None and self._verb.act == "stop" and self._verb.nature and self._is_event(noun):
            noun = None  # 火灾停产: what stands still is no fire
        if noun is not None and self._verb.nature == "burden" and self._pieces[noun].word.noun == "cost":
            noun = None  # 债务爆雷: there is no less debt
        part = self._subject[0].part(self._pieces)
        if noun is None and part is not None and not self._verb.nature and self._verb.act in _STANDING:
            holders = held(self._pieces, self._subject[0]) or main_names(self._sentence, self._subject)
            yield from of_noun("activity", amount, holders, at=self._at, verb=self._verb, last=part)
            return
        if noun is None:
            if as_object and self._verb.act == "have":
                return  # `Nvidia disclosed that`
            names = main_names(self._sentence, self._subject)
            about = self._object.noun(self._pieces)
            is_hit = self._passive and is_by_event(self._pieces, self._right)
            moved = of_name(self._verb, amount, names, at=self._at, disrupted=is_hit)
            yield from (replace(one, about=about) for one in moved)
            yield from of_policy(self._verb, [one for one in names if self._verb.policy], at=self._at)
            return
        self.used.update(range(self._subject[0].first, self._subject[0].last))
        holders = owners(self._pieces, noun, [*self._subject, *self._right[1:]])
        if not holders:
            holders = owner_before(self._sentence, self._subject)
        nature = self._pieces[noun].word.noun
        verb = towards(self._verb, nature)
        amount, itself = verb.object if as_object else verb.subject, self._pieces[noun].named
        yield from of_noun(nature, amount, holders, at=self._at, verb=verb, last=noun, itself=itself)

    def _is_event(self, noun: int) -> bool:
        return natures()[self._pieces[noun].word.noun].misfortune

    def _stops_supply(self) -> bool:
        """Whether what is stopped no longer comes (`halts gas`), not what somebody does without (`ditches coal`)."""
        return self._verb.act == "stop" and not self._verb.nature and self._pieces[self._at].word.side != "demand"
