"""What a text says is not so: the words of a charge sound the same whether it is made or denied.

`TSMC denies halting production` reads, word by word, like production that is halted. Where somebody denies, rebuts or
has no plans, the model is told at the end of the clause that things are `unchanged` (`pipeline/told.py`). A court that
denies a request, or a firm that rejects an offer, denies nothing.
"""

from __future__ import annotations

import re

_TALK = r"(?:reports?|rumou?rs?|claims?|allegations?|accusations?|talk|speculation|suggestions?|charges?)"
_FALSE = r"[^.;!?\n]{0,60}?\b(?:baseless|false|unfounded|untrue)\b"
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|disput(?:e|es|ed|ing))\s+"
    rf"(?:that|it|he|she|they|any|having|being|\w+ing|(?:[\w'’-]+\s+){{0,3}}?(?:{_TALK}|wrongdoing|involvement|plans?))\b"
    rf"|\b(?:refut|rebut|rubbish|dismiss|reject)(?:e?s|t?ed|t?ing)?\s+(?:[\w'’-]+\s+){{0,2}}?{_TALK}\b"
    r"|\b(?:has|have|had|with|are|is)\s+no\s+(?:\w+\s+)?(?:plans?|intention)\s+(?:to|of)\b|^\s*no plans? to\b"
    rf"|\bno truth (?:in|to)\b|\b(?:call(?:s|ed)\s+{_TALK}|{_TALK}[^.;!?\n]{{0,60}}?\s(?:are|is|were|was))\b{_FALSE}",
    re.IGNORECASE,
)
_JUDGES = re.compile(r"\b(?:courts?|judges?|jury|tribunal|SC|SAT|HC)\b[^.;!?\n]*$", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"\s*(?:[.;!?](?=\s|$)|,(?=\s)|\n|\s[-–—]\s|\s(?:but|as|after|while|amid)\s|$)")


def denials(text: str) -> list[int]:
    """Return the characters at which clauses end that deny something, in order."""
    found = {}
    for said in _DENIES.finditer(text):
        if not _JUDGES.search(text, max(0, said.start() - 40), said.start()):
            ends = _CLAUSE_ENDS.search(text, said.end())
            found[ends.start() if ends else len(text)] = True
    return sorted(found)
