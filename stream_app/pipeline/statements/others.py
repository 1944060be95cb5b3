"""Whom else a verb's move concerns: the other currency of a rate, who gains what one loses, who is passed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.arguments import main_names
from stream_app.pipeline.statements.findings import MOVE, Finding, of_name
from stream_app.pipeline.statements.lexicon import Verb
from stream_app.pipeline.statements.phrases import Held, Phrase, held
from stream_app.pipeline.statements.sentence import Sentence

_AGAINST = 0.3  # that the pound slumps against the dollar says little of the dollar itself
_PASSED_OVER = -0.6


def others(
    sentence: Sentence, verb: Verb, *, at: int, subject: Sequence[Phrase], right: Sequence[Phrase]
) -> Iterator[Finding]:
    """Yield the moves of those in the phrases before the verb (`subject`) and after it (`right`)."""
    for one in [*subject[1:], *right[1:]]:
        named = held(sentence.pieces, one)
        if one.joint == "against" and EntityKind.CURRENCY in _kinds(main_names(sentence, subject)):
            yield from of_name(verb, -_AGAINST * verb.subject, _of(EntityKind.CURRENCY, named), at=at)
        elif one.joint == "to" and verb.other:
            yield from of_name(MOVE, verb.other, _of(EntityKind.COMPANY, named), at=at)
        elif one.joint == "over" and verb.nature == "gain" and verb.object:  # picks Samsung over Sony
            yield from of_name(MOVE, _PASSED_OVER, _of(EntityKind.COMPANY, named), at=at)


def _of(kind: EntityKind, named: Sequence[Held]) -> list[Held]:
    return [one for one in named if one.named.kind is kind]


def _kinds(named: Sequence[Held]) -> set[EntityKind]:
    return {one.named.kind for one in named}
