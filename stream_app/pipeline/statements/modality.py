"""How a statement is meant: as a fact, a plan, a possibility, or not so at all; by the marks that reach it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from stream_app.pipeline.statements.inflection import Form
from stream_app.pipeline.statements.lexicon import Grade, grades
from stream_app.pipeline.statements.sentence import Sentence
from stream_app.pipeline.statements.word_senses import is_verb

Tense = Literal["past", "present", "future"]
_CARRIED = frozenset({"that", "and", "comma"})
_AFTERWARDS = 2
_FUTURE = frozenset({"planned", "expected", "intended", "possible", "unlikely"})
_QUESTION_MARKS = "?？"


@dataclass(frozen=True, slots=True)
class Manner:
    """How one statement is meant. `reversed` where it says that something wanted fails (`fails to win`)."""

    grade: Grade
    tense: Tense
    reversed: bool = False


class Manners:
    """The marks of one sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self._sentence, self._pieces = sentence, sentence.pieces
        tail = sentence.text[max(sentence.start, sentence.end - 3) : sentence.end]
        self._asked = any(mark in tail for mark in _QUESTION_MARKS) or any(p.cue == "question" for p in self._pieces)
        self._if = any(one.link == "if" for one in sentence.clauses)
        self._known: dict[tuple[int, int | None], Manner] = {}

    def of(self, at: int, noun: int | None = None) -> Manner:
        """Return how what the piece tells, of the noun where there is one, is meant."""
        # All names of a clause of which nothing is said ask about the same piece.
        if (at, noun) not in self._known:
            self._known[at, noun] = self._judged(at, noun)
        return self._known[at, noun]

    def _judged(self, at: int, noun: int | None) -> Manner:
        marks = {*self._marks(at), *(self._marks(noun) if noun is not None else ())}
        if self._asked:
            marks.add("asked")
        if (self._if and marks & (_FUTURE | {"condition"})) or self._in_condition(at):
            marks.add("condition")
        stands_still = "denied" in marks and self._resumes(at)
        if stands_still:
            marks.discard("denied")
        found = min((grades()[mark] for mark in marks), key=lambda grade: grade.certainty, default=grades()["stated"])
        return Manner(found, self._tense(at, marks), reversed=stands_still or self._reversed(at))

    def _marks(self, at: int) -> Iterator[str]:
        """Yield the grades of all marks that reach the piece."""
        first, start = self._reach(at)
        for place in range(first, at + 1):
            cue, grade = self._pieces[place].cue, self._pieces[place].grade
            if (
                cue in {"before", "both"}
                or (cue == "to" and self._is_plan(place))
                or (cue == "noun" and place >= start and self._governs(place, at))
                or (cue == "quantifier" and self._is_next_noun(place, at))
            ):
                yield grade
        for piece in self._pieces[at + 1 : at + 1 + _AFTERWARDS]:
            if piece.cue in {"noun", "both"}:
                yield piece.grade
            elif piece.cue not in {"", "have", "be", "adverb"}:
                break

    def _reach(self, at: int) -> tuple[int, int]:
        """Return from where marks reach the piece, and where its own clause begins.

        Denials and possibilities go on through `that` and into what a comma or an `and` adds without a new subject.
        """
        clauses = self._sentence.clauses
        number = self._sentence.clause_at.get(at, 0)
        start = clauses[number].first
        while number and clauses[number].link in _CARRIED and self._goes_on(number):
            number -= 1
        return clauses[number].first, start

    def _goes_on(self, number: int) -> bool:
        clause = self._sentence.clauses[number]
        if clause.link == "that":
            return True
        verbs = self._sentence.verbs[number]
        last = verbs[0] if verbs else clause.last
        return bool(verbs) and not any(self._pieces[at].named for at in range(clause.first, last))

    def _is_plan(self, place: int) -> bool:
        """Whether a `to` tells a plan; after `forces Ford to` it tells what is done."""
        if place + 1 >= len(self._pieces) or not any(
            is_verb(self._pieces, next_) for next_ in range(place + 1, min(place + 3, len(self._pieces)))
        ):
            return False
        verbs = [at for row in self._sentence.verbs for at in row if at < place]
        before = self._pieces[verbs[-1]].word.verb if verbs else None
        return before is None or not before.causes

    def _governs(self, place: int, at: int) -> bool:
        """Whether what follows such as `fears` is feared: up to the next verb, or all where they are the reason."""
        first = place and self._pieces[place - 1]
        if place and first and (first.cue in {"maybe_because", "because", "prep"} or self._opens_reason(place)):
            return True
        return not any(is_verb(self._pieces, between) for between in range(place + 1, at + 1))

    def _opens_reason(self, place: int) -> bool:
        clause = self._sentence.clauses[self._sentence.clause_at[place]]
        return clause.link == "because" and place <= clause.first + 1

    def _is_next_noun(self, place: int, at: int) -> bool:
        return not any(
            is_verb(self._pieces, between) or self._pieces[between].cue in {"prep", "be"}
            for between in range(place + 1, at)
        )

    def _in_condition(self, at: int) -> bool:
        number = self._sentence.clause_at.get(at, 0)
        clauses = self._sentence.clauses
        while number and clauses[number].link in {"that", "and"}:
            number -= 1
        return clauses[number].link == "if"

    def _resumes(self, at: int) -> bool:
        """Whether it is a return to what was: what will not reopen stays shut, which is news of its own."""
        verb = self._pieces[at].word.verb
        return verb is not None and verb.act == "resume"

    def _reversed(self, at: int) -> bool:
        first, _ = self._reach(at)
        return any(self._pieces[place].cue == "reverse" for place in range(max(first, at - 4), at))

    def _tense(self, at: int, marks: set[str]) -> Tense:
        if marks & _FUTURE:
            return "future"
        if self._pieces[at].word.verb is not None and self._pieces[at].word.form is Form.PAST:
            return "past"
        link = self._sentence.clauses[self._sentence.clause_at.get(at, 0)]
        after = (
            link.link == "because" and link.marker >= 0 and self._sentence.word(link.marker) in {"after", "following"}
        )
        return "past" if after or any(p.cue == "past" for p in self._pieces) else "present"
