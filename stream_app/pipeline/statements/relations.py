"""Which part of a sentence it says to be the cause of which: by connectives, else by verbs that have an effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stream_app.pipeline.statements.clauses import RESUMED
from stream_app.pipeline.statements.sentence import Sentence

_EVENTFUL = frozenset({"disruption", "burden", "barrier", "slump", "glut", "gain", "demand", "cost"})
ALWAYS = 2
"""Of a verb such as `lead to`: whatever stands before it is a cause."""
_TRIMMED = " \t\n,;:-–—，；：、"


@dataclass(frozen=True, slots=True)
class Relation:
    """Characters `[start, end)` of a cause and of its effect, in the text of one field."""

    cause: tuple[int, int]
    effect: tuple[int, int]


def relations(sentence: Sentence) -> list[Relation]:
    """Return what the sentence states as cause and effect, in its order."""
    found = list(_by_connectives(sentence))
    return found or list(_by_verbs(sentence))


def _by_connectives(sentence: Sentence) -> Iterator[Relation]:
    """Yield a relation for each connective: a reason at the head of the sentence ends at the next clause."""
    clauses = sentence.clauses
    begin = 0
    for number, clause in enumerate(clauses):
        if clause.link in {"while", "stop"}:
            begin = number
        if clause.link not in {"because", "therefore"}:
            continue
        if number == begin and clause.link == "because":
            if number + 1 < len(clauses):
                yield from _relation(sentence, (number, number + 1), (number + 1, _end(sentence, number + 2)))
            continue
        before, after = (begin, number), (number, _end(sentence, number + 1))
        yield from _relation(sentence, *((after, before) if clause.link == "because" else (before, after)))
        begin = number


def _end(sentence: Sentence, number: int) -> int:
    """Return the number of the clause at which another connective begins."""
    clauses = sentence.clauses
    while number < len(clauses) and clauses[number].link not in {"because", "therefore", "while", "stop", RESUMED}:
        number += 1
    return number


def _relation(sentence: Sentence, cause: tuple[int, int], effect: tuple[int, int]) -> Iterator[Relation]:
    spans = [_span(sentence, *part) for part in (cause, effect)]
    if all(start < end for start, end in spans):
        yield Relation(*spans)


def _span(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    clauses, pieces = sentence.clauses, sentence.pieces
    if first >= last:
        return 0, 0
    start = sentence.start if clauses[first].first == 0 else pieces[clauses[first].first].start
    end = sentence.end if last == len(clauses) else pieces[clauses[last - 1].last - 1].end
    return _trimmed(sentence.text, start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _TRIMMED:
        start += 1
    while start < end and text[end - 1] in _TRIMMED:
        end -= 1
    return start, end


def _by_verbs(sentence: Sentence) -> Iterator[Relation]:
    """Yield a relation for each clause whose first verb of effect has words on both sides."""
    pieces = sentence.pieces
    for number, clause in enumerate(sentence.clauses):
        for at in sentence.verbs[number]:
            verb = pieces[at].word.verb
            if verb is None or not verb.causes or not _has_two_sides(sentence, number, at):
                continue
            cause = _trimmed(sentence.text, pieces[clause.first].start, pieces[at].start)
            last = clause.last - 1
            effect = _trimmed(sentence.text, pieces[at + 1].start, pieces[last].end)
            if cause[0] < cause[1] and effect[0] < effect[1]:
                yield Relation(cause, effect)
            break


def _has_two_sides(sentence: Sentence, clause: int, at: int) -> bool:
    """Whether an event does it, or a verb that only links; who does something himself is no cause in this sense."""
    one = sentence.clauses[clause]
    if at + 1 >= one.last or at == one.first:
        return False
    verb = sentence.pieces[at].word.verb
    if verb is not None and verb.causes == ALWAYS:
        return True
    before = [sentence.pieces[place] for place in range(one.first, at)]
    return any(piece.word.noun in _EVENTFUL or piece.word.sign for piece in before) or (
        verb is not None and not verb.object and any(piece.word.noun for piece in before)
    )
