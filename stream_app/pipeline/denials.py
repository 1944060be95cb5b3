"""What a text says is not so: the words of a charge sound the same whether it is made or denied.

`TSMC denies halting production` reads, word by word, like production that is halted. Where somebody denies, rebuts or
has no plans, the model is told at the end of the clause that things are `unchanged` (`pipeline/told.py`). A court that
denies a request, or a firm that rejects an offer, denies nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TALK = r"(?:reports?|rumou?rs?|claims?|allegations?|accusations?|talk|speculation|suggestions?|charges?)"
_GAP, _WORD, _REST = r"\s{1,3}", r"[\w'’-]{1,30}", r"[^.;!?\n]{0,60}?"
_FEW = rf"(?:{_WORD}{_GAP}){{0,3}}?"
_FALSE = rf"{_REST}\b(?:baseless|false|unfounded|untrue)\b"
_DENIED = rf"(?:that|it|he|she|they|any|having|being|{_WORD}ing|{_FEW}(?:{_TALK}|wrongdoing|involvement|plans?))"
_WAYS = (
    rf"\b(?:den(?:y|ies|ied|ying)|disput(?:e|es|ed|ing)){_GAP}{_DENIED}\b",
    rf"\b(?:refut|rebut|rubbish|dismiss|reject)(?:e?s|t?ed|t?ing)?{_GAP}{_FEW}{_TALK}\b",
    rf"\b(?:has|have|had|with|are|is){_GAP}no{_GAP}(?:{_WORD}{_GAP})?(?:plans?|intention){_GAP}(?:to|of)\b",
    r"^\s{0,9}no plans? to\b",
    r"\bno truth (?:in|to)\b",
    rf"\bcall(?:s|ed){_GAP}{_TALK}\b{_FALSE}",
    rf"\b{_TALK}\b{_REST}\b(?:are|is|were|was)\b{_FALSE}",
)
_DENIES = re.compile("|".join(_WAYS), re.IGNORECASE)
_JUDGES = re.compile(r"\b(?:courts?|judges?|jury|tribunal|SC|SAT|HC)\b[^.;!?\n]*$", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[.;!?](?=\s|$)|,(?=\s)|\n|\s[-–—]\s|\s(?:but|as|after|while|amid)\s|$")
_NEAR, _LONGEST = 40, 200
"""Characters before denying words in which a court makes a ruling of them, and after them to their clause's end."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Denying words begin at character `words` of the text, and their clause ends at `at`."""

    words: int
    at: int


def denials(text: str) -> list[Denial]:
    """Return the clauses that deny something, in order, each once; its time is linear in the text's length."""
    found: dict[int, Denial] = {}
    for said in _DENIES.finditer(text):
        if not _JUDGES.search(text, max(0, said.start() - _NEAR), said.start()):
            ends = _CLAUSE_ENDS.search(text, said.end(), said.end() + _LONGEST)
            at = ends.start() if ends and ends.start() < said.end() + _LONGEST else said.end()
            found.setdefault(at, Denial(said.start(), at))
    return [found[at] for at in sorted(found)]
