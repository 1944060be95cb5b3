"""A verb of rises and falls, which have no object, means something else with one: `slips a new feature into`."""

from __future__ import annotations

from stream_app.pipeline.statements.lexicon import Verb
from stream_app.pipeline.statements.phrases import Phrase
from stream_app.pipeline.statements.sentence import Sentence

_OPENING = frozenset("the its their his her our a an new another".split())
_AMOUNTS = frozenset({"number", "quantifier", "adverb"})
_MEASURES = frozenset("dollar euro pound yen cent penny half third fourth fifth tenth notch touch tad fraction".split())
_PARTICLES = frozenset({"up", "down"})


def sounds_alike(sentence: Sentence, verb: Verb, first: Phrase, *, at: int) -> bool:
    """Tell whether `first`, what stands right after the verb, is an object of a verb that moves and has none.

    A phrase (`breaks through the resistance`), a particle (`patches up the quarrel`), and an amount (`slips a third`)
    leave the verb what it is.
    """
    if verb.act != "move" or verb.object or verb.nature or first.first == first.last:
        return False
    word = sentence.word(at)
    if " " in word or word in _PARTICLES or sentence.word(first.first) not in _OPENING:
        return False
    rest = range(first.first + 1, first.last)
    told = [sentence.pieces[place] for place in rest]
    if any(one.cue in _AMOUNTS or one.word.noun or one.named for one in told):
        return False
    return any(one.is_unknown for one in told) and not any(sentence.word(place) in _MEASURES for place in rest)
