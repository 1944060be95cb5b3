"""Whose goods somebody orders: `Delta orders 65 jets from Boeing`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stream_app.pipeline.statements.findings import Finding, of_noun
from stream_app.pipeline.statements.lexicon import Verb
from stream_app.pipeline.statements.objects import has_infinitive
from stream_app.pipeline.statements.phrases import Phrase, held
from stream_app.pipeline.statements.sentence import Sentence


def ordered(
    sentence: Sentence, verb: Verb, *, at: int, subject: Sequence[Phrase], right: Sequence[Phrase]
) -> Iterator[Finding]:
    """Yield the makers of what the verb's subject orders; nothing where a court or anybody orders somebody to do so."""
    pieces = sentence.pieces
    doers = (pieces[place].word.noun for one in subject for place in range(one.first, one.last))
    if not subject or "bystander" in doers or has_infinitive(pieces, right):
        return
    makers = [one for phrase in right for one in held(pieces, phrase)]
    for one in of_noun("demand", verb.object, makers, at=at, verb=verb):
        yield replace(one, by="another")
