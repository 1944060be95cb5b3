"""A sentence made ready for its verbs: pieces, clauses, the stretches between verbs, and each verb's subject."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from stream_app.pipeline.statements.clauses import RESUMED, Clause, clauses_of
from stream_app.pipeline.statements.inflection import Form
from stream_app.pipeline.statements.phrases import Phrase, phrases
from stream_app.pipeline.statements.pieces import Named, Piece, is_chinese, pieces_of
from stream_app.pipeline.statements.sayings import told_together
from stream_app.pipeline.statements.word_senses import is_noun, is_verb

_WITHIN = frozenset({"det", "own", "number", "adverb", "hyphen"})


class Sentence:
    """One sentence that names entities; places are numbers of pieces."""

    def __init__(self, text: str, named: Sequence[Named], *, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        is_han = is_chinese(text, start, end)
        self.pieces: list[Piece] = told_together(text, pieces_of(text, named, start=start, end=end), is_han=is_han)
        self.clauses: list[Clause] = clauses_of(self.pieces, is_han=is_han)
        self._subjects: dict[tuple[int, int], list[Phrase]] = {}

    @cached_property
    def verbs(self) -> list[list[int]]:
        """The places of each clause's verbs."""
        return [[at for at in range(one.first, one.last) if is_verb(self.pieces, at)] for one in self.clauses]

    @cached_property
    def clause_at(self) -> dict[int, int]:
        """The number of the clause that a piece lies in."""
        return {at: number for number, one in enumerate(self.clauses) for at in range(one.first, one.last)}

    @cached_property
    def place_of(self) -> dict[Named, int]:
        """The place of each name's piece; one that lies beyond what is read has none."""
        return {piece.named: at for at, piece in enumerate(self.pieces) if piece.named is not None}

    def before(self, clause: int, verb: int) -> tuple[int, int]:
        """Return the stretch between the verb before and this one."""
        earlier = [at for at in self.verbs[clause] if at < verb]
        return (earlier[-1] + 1 if earlier else self.clauses[clause].first), verb

    def after(self, clause: int, verb: int) -> tuple[int, int]:
        """Return the stretch between this verb and the next."""
        later = [at for at in self.verbs[clause] if at > verb]
        return verb + 1, (later[0] if later else self.clauses[clause].last)

    def stretches(self, clause: int) -> list[tuple[int, int]]:
        """Return what lies before, between and after the clause's verbs."""
        edges = [self.clauses[clause].first - 1, *self.verbs[clause], self.clauses[clause].last]
        return [(one + 1, other) for one, other in pairwise(edges)]

    def complement(self, clause: int, at: int) -> int | None:
        """Return the verb that stands with a noun right after this one as its object: `announces output cut`."""
        later = [place for place in self.verbs[clause] if place > at]
        if not later:
            return None
        verb = self.pieces[later[0]].word.verb
        if later[0] == at + 1 and verb is not None and verb.subject and not verb.nature:
            return later[0]  # ends higher
        whole = verb is not None and bool(
            verb.nature or (verb.policy and not verb.subject)
        )  # a verb that is a noun by itself: `skips hike`
        if not is_noun(self.pieces, later[0] - 1) and not (later[0] == at + 1 and whole):
            return None
        between = range(at + 1, later[0])
        plain = all(not self.pieces[place].cue or self.pieces[place].cue in _WITHIN for place in between)
        return later[0] if plain else None

    def word(self, at: int) -> str:
        """Return the piece as it is written, in small letters."""
        return self.text[self.pieces[at].start : self.pieces[at].end].lower()

    def subject(self, clause: int, verb: int) -> list[Phrase]:
        """Return the phrases before the verb; else the subject of the verb or the clause before."""
        key = (clause, verb)
        if key not in self._subjects:
            self._subjects[key] = []  # a guard, should a subject ever lead back to itself
            self._subjects[key] = self._subject(clause, verb)
        return self._subjects[key]

    def _subject(self, clause: int, verb: int) -> list[Phrase]:
        first, last = self.before(clause, verb)
        if self._says(first, last) or (self._may_be_led(clause, first, verb) and self._has_stranger(first, last)):
            return phrases(self.pieces, first, last)
        earlier = [at for at in self.verbs[clause] if at < verb]
        if earlier:
            return self.subject(clause, earlier[-1])
        return self.subject_before(clause)

    def _may_be_led(self, clause: int, first: int, verb: int) -> bool:
        """Whether a word right before the verb may be its subject: at the start, or where one `helps patients lose`."""
        before = self.pieces[verb - 1]
        plural = before.is_unknown and self.text[before.start : before.end].endswith("s")
        return first == self.clauses[clause].first or (plural and self.pieces[verb].word.form is Form.BARE)

    def subject_before(self, clause: int) -> list[Phrase]:
        """Return the subject of the nearest clause before that has one; an apposition has none."""
        last = clause - (2 if self.clauses[clause].link == RESUMED else 1)
        for number in range(last, -1, -1):
            if self.verbs[number]:
                return self.subject(number, self.verbs[number][0])
            one = self.clauses[number]
            apposed = number > 0 and one.link in {"comma", "that", "stop"} and not self.verbs[number - 1]
            if not apposed and self._says(one.first, one.last):
                return phrases(self.pieces, one.first, one.last)
        return []

    def _has_stranger(self, first: int, last: int) -> bool:
        """Whether an unknown English word, no adverb by its ending, may be the subject."""
        unknown = (self.pieces[at] for at in range(first, last) if self.pieces[at].is_unknown)
        words = (self.text[one.start : one.end] for one in unknown)
        return any(word.isascii() and word.isalpha() and not word.endswith("ly") for word in words)

    def _says(self, first: int, last: int) -> bool:
        return any(self.pieces[at].named or is_noun(self.pieces, at) for at in range(first, last))
