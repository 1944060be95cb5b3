"""What one sentence says of each of its names: which way it goes, how it is meant, and which side it is on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stream_app.events.entity import EntityKind
from stream_app.events.stated_shock import Side
from stream_app.pipeline.documents import Field
from stream_app.pipeline.statements.apposition import described
from stream_app.pipeline.statements.arguments import main_names
from stream_app.pipeline.statements.events import named_events
from stream_app.pipeline.statements.findings import FIRMS, Finding
from stream_app.pipeline.statements.lexicon import Verb, grades
from stream_app.pipeline.statements.modality import Manner, Manners
from stream_app.pipeline.statements.pieces import Named
from stream_app.pipeline.statements.relations import Relation, relations
from stream_app.pipeline.statements.sentence import Sentence
from stream_app.pipeline.statements.sides import side_of
from stream_app.pipeline.statements.statement import CausalRelation, EntityStatement
from stream_app.pipeline.statements.verbs import VerbReading

Role = Literal["cause", "effect", "mentioned"]
_GOVERN = frozenset({"start", "have", "stop", "resume", "hold"})
_RANKS = {"stated": 0, "ended": 0, "hypothetical": 1, "denied": 2}
_INFERRED, _IDLE, _UNSAID = 3, 4, 5
_IN_PART = 0.25
_OF_FIRMS = frozenset({"activity", "disruption"})
"""Natures of what happens to a firm rather than to the country that the words name beside it."""
_TURNED = "cost"
"""Nature of what is good news where there is less of it, which a model takes for bad all the same."""
_AMERICAN = frozenset({"us", "u.s.", "u.s", "usa", "american", "united states", "america", "美国", "美"})


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a sentence says of a name; the lower its rank, the more it counts."""

    rank: tuple[int, ...]
    move: float
    ended: bool
    manner: Manner
    role: Role
    words: tuple[int, int] | None
    relation: Relation | None
    side: Side | None = None
    sure: bool = False

    def statement(self, field: Field) -> EntityStatement:
        """Return it as what is said of the entity."""
        grade = self.manner.grade
        return EntityStatement(
            move=max(-1.0, min(1.0, self.move)),
            modality="ended" if self.ended and grade.modality == "stated" else grade.modality,
            tense=self.manner.tense,
            role=self.role,
            certainty=grade.certainty,
            field=field,
            words=self.words,
            side=self.side,
            relation=CausalRelation(field, self.relation.cause, self.relation.effect) if self.relation else None,
            sure=self.sure,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence with all that was found in it."""

    sentence: Sentence
    found: tuple[Finding, ...]
    manners: Manners
    relations: tuple[Relation, ...]
    agents: frozenset[int]
    targets: frozenset[int]

    def of(self, named: Named) -> Iterator[Said]:
        """Yield what is said of a name."""
        for one in self.found:
            if one.named == named:
                yield self._said(one)

    def _said(self, one: Finding) -> Said:
        manner = self.manners.of(one.at, one.last)
        move, ended = (-one.move, False) if manner.reversed else (one.move, one.ended)
        clause = self.sentence.clauses[self.sentence.clause_at.get(one.at, 0)]
        rank = (
            _IDLE if one.idle else _INFERRED if one.inferred else _RANKS[manner.grade.modality],
            int(clause.link == "because"),
            int(one.market and one.named.kind in {EntityKind.COMPANY, EntityKind.INDUSTRY}),
            one.at,
        )
        pieces = self.sentence.pieces
        ends = [one.at, one.at if one.last is None else one.last]
        words = pieces[min(ends)].start, pieces[max(ends)].end
        role, relation = self.side(one.named)
        side = side_of(pieces, one)
        told = None if one.idle else words
        # A model hears the tone: of a plague that breaks out, that something gets worse.
        sure = one.idle or pieces[one.at].word.sure or one.nature == _TURNED or one.named.dreaded
        return Said(rank, move, ended, manner, role=role, words=told, relation=relation, side=side, sure=sure)

    def side(self, named: Named) -> tuple[Role, Relation | None]:
        """Return where the name stands in what the sentence says of cause and effect."""
        for one in self.relations:
            if _within(named, one.effect):
                return "effect", one
            if _within(named, one.cause):
                return "cause", one
        if named.who in self.targets:
            return "effect", None
        return ("cause" if named.who in self.agents else "mentioned"), None


def _within(named: Named, span: tuple[int, int]) -> bool:
    return span[0] <= named.start and named.end <= span[1]


def said_in(text: str, named: Sequence[Named], *, start: int, end: int) -> Reading:
    """Return what the sentence `text[start:end]` says of its names."""
    sentence = Sentence(text, named, start=start, end=end)
    found: list[Finding] = []
    agents: set[int] = set()
    targets: set[int] = set()
    for clause, verbs in enumerate(sentence.verbs):
        used: set[int] = set()
        for at in verbs:
            verb = _meant(sentence, clause, at)
            if verb is None:
                continue
            one = VerbReading(sentence, verb, clause=clause, at=at)
            moved = list(one.findings())
            found.extend(moved)
            used |= one.used
            who = {finding.named.who for finding in moved}
            does = {name.named.who for name in main_names(sentence, sentence.subject(clause, at)) if name.share} - who
            if who and does:
                agents |= does
                targets |= who
        found.extend(named_events(sentence, clause, used))
    found.extend(list(described(sentence, found)))
    found.extend(list(_of_the_bank(found, named)))
    return Reading(
        sentence,
        tuple(_in_proportion(found, sentence)),
        Manners(sentence),
        tuple(relations(sentence)),
        frozenset(agents),
        frozenset(targets),
    )


def _of_the_bank(found: Sequence[Finding], named: Sequence[Named]) -> Iterator[Finding]:
    """Yield how the rate of the only central bank moves, where words move a rate without saying whose it is."""
    banks = {one.who: one for one in named if one.kind is EntityKind.CENTRAL_BANK}
    if len(banks) != 1 or any(one.named.who in banks for one in found):
        return
    moved = next((one for one in found if one.nature == "rate"), None)
    if moved is not None:
        (bank,) = banks.values()
        yield replace(moved, named=bank, inferred=True)


def _in_proportion(found: Sequence[Finding], sentence: Sentence) -> Iterator[Finding]:
    """Yield the findings, with less for what is a small part of an economy, and for the causes of what is over.

    A strike at one plant in Mexico is a small part of Mexico's economy, and so are soybeans of the United States', and
    its plants where a firm shuts them. A quake that halts a plant is told of for the plant. Who resumes output after a
    fire at a supplier tells of an old fire.
    """
    over = min((sentence.clause_at.get(one.at, 0) for one in found if one.ended), default=len(sentence.clauses))
    of_firms = {one.at for one in found if one.named.kind in FIRMS}
    ways = {one.move > 0 for one in found if one.named.kind in FIRMS and one.nature in _OF_FIRMS}
    of_goods = {one.at for one in found if one.named.kind is EntityKind.COMMODITY}
    for one in found:
        clause = sentence.clause_at.get(one.at, 0)
        small = one.named.kind is EntityKind.COUNTRY and (
            one.at in of_goods
            or (one.at in of_firms and _is_scene(sentence, one.named))
            or (one.nature in _OF_FIRMS and (one.move > 0) in ways)
        )
        small = small or (bool(ways) and one.nature == "disruption" and sentence.pieces[one.at].named == one.named)
        old = clause > over and sentence.clauses[clause].link == "because" and not one.ended
        share = _IN_PART if small or old else -1.0 if _is_kept_out(sentence, one) else 1.0
        yield replace(one, move=share * one.move)


def _is_kept_out(sentence: Sentence, one: Finding) -> bool:
    """Whether it is American goods that meet a barrier, which makes them cheaper where most prices are made."""
    at = sentence.place_of.get(one.named, 0)
    before = sentence.pieces[at - 1] if at else None
    if one.nature != "barrier" or one.named.kind is not EntityKind.COMMODITY or before is None or before.named is None:
        return False
    return sentence.text[before.start : before.end].casefold() in _AMERICAN


def _is_scene(sentence: Sentence, named: Named) -> bool:
    at = sentence.place_of.get(named, 0)
    return at > 0 and sentence.pieces[at - 1].grade == "in"


def _meant(sentence: Sentence, clause: int, at: int) -> Verb | None:
    """Return the verb as its neighbours make it: one that has another as its object leaves the word to that one."""
    verb = sentence.pieces[at].word.verb
    if verb is None or (verb.act in _GOVERN and sentence.complement(clause, at) is not None):
        return None
    earlier = [place for place in sentence.verbs[clause] if place < at]
    ruler = sentence.pieces[earlier[-1]].word.verb if earlier else None
    # A verb that carries its own object, as 停电 and 停产 do, has no other.
    if ruler is None or ruler.act != "stop" or ruler.nature or sentence.complement(clause, earlier[-1]) != at:
        return verb
    if earlier[-1] + 1 == at and verb.subject and not verb.nature:
        return verb  # ends higher
    # Who pauses rate hikes holds; who unwinds output cuts raises output.
    if sentence.pieces[at - 1].word.noun == "rate" or (
        verb.policy and at == earlier[-1] + 1
    ):  # who pauses rate hikes holds
        return replace(verb, subject=0.0, object=0.0, policy=0.0, act="hold")
    return replace(verb, subject=-verb.subject, object=-verb.object, policy=-verb.policy)


def spoken_of(reading: Reading, named: Named) -> Said:
    """Return that nothing is said to move the name; how the words around it are meant still counts."""
    at = reading.sentence.place_of.get(named)
    if at in reading.sentence.clause_at:  # what its clause comes to
        at = reading.sentence.clauses[reading.sentence.clause_at[at]].last - 1
        if reading.sentence.pieces[at].grade == "expected" and reading.sentence.pieces[at].named is None:
            at -= 1  # ahead of forecasts: nothing follows that is forecast
    manner = Manner(grades()["stated"], "present") if at is None else reading.manners.of(at)
    role, relation = reading.side(named)
    rank = (_UNSAID, 0, 0, 0)
    return Said(rank, 0.0, ended=False, manner=manner, role=role, words=None, relation=relation)
