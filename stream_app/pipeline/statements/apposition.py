"""What a description after a comma adds: whose output goes, its good grows scarce (`Escondida, a copper mine`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.findings import Finding
from stream_app.pipeline.statements.lexicon import natures
from stream_app.pipeline.statements.phrases import Phrase, held
from stream_app.pipeline.statements.sentence import Sentence
from stream_app.pipeline.statements.sides import side_of

_OUTPUT = "activity"


def described(sentence: Sentence, found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the moves of goods by which a clause without a verb describes a name whose output moves."""
    pieces = sentence.pieces
    for number, clause in enumerate(sentence.clauses):
        named = pieces[clause.first - 2].named if clause.first > 1 else None
        whole = Phrase(clause.first, clause.last, "")
        if clause.link != "comma" or named is None or sentence.verbs[number] or whole.part(pieces) is None:
            continue
        goods = [one.named for one in held(pieces, whole) if one.named.kind is EntityKind.COMMODITY]
        factor = natures()[_OUTPUT].factor(EntityKind.COMMODITY)
        for one in found:
            if one.named == named and side_of(pieces, one) == "supply":
                yield from (replace(one, named=good, move=factor * one.move, nature=_OUTPUT, by="") for good in goods)
