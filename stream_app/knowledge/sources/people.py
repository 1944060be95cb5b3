"""Persons' names out of free text such as `James Quincey ( chairman and CEO ) John Murphy ( president and CFO )`.

The text mixes names with roles, years and footnotes, and sometimes runs names together; what is not plainly one
person's name is left out.
"""

from __future__ import annotations

import re

from stream_app.knowledge.words import words_of

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]")
_SEPARATORS = re.compile(r"[,;|/()\[\]:•\n]|\s[-–—]\s|\band\b|\b&\b|\bas\b|\bof\b")
_ROLE = re.compile(
    r"\b(?:(?:co-?|vice[- ]?|executive|non-executive|honorary|interim|acting|deputy|global|lead|group|senior|former|"
    r"board|managing|chief|representative|founding|general|supervisory|independent|outside|internal|audit|"
    r"financial|operating|technology|information|marketing|legal|commercial|administrative|medical|scientific|"
    r"product|people|human|resources|strategy|investment|risk|counsel|secretary|emeritus|elect|designate)\s*)*"
    r"\b(?:chair(?:man|woman|person)?s?|chairs|ceo|cfo|coo|cto|cio|cmo|cco|cso|cpo|clo|cro|evp|svp|vp|md|president|"
    r"director|officer|founder|manager|member|owner|treasurer|board|counsel|secretary|head|partner|editor|chancellor|"
    r"emeritus|chief|executive)s?\b",
    re.IGNORECASE,
)
_PARTICLES = words_of("particle")
_SUFFIX = re.compile(r"^(?:Jr\.?|Sr\.?|II|III|IV|V)$")
_INITIAL = re.compile(r"^(?:[A-Z]\.)+(?:-[A-Z]\.)?$|^[A-Z]$")
_WORD = re.compile(r"^[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’.-]*[a-zß-öø-ÿā-ž]$")
_TITLES = re.compile(r"^(?:Sir|Dame|Lord|Baroness|Baron|Dr\.?|Prof\.?|Mr\.?|Mrs\.?|Ms\.?|Count|Prince|Princess)\s+")
_QUOTED = re.compile(r"\s*[\"“”][^\"“”]*[\"“”]\s*")
_NOT_NAMES = words_of("not_in_person")
_MIN_WORDS, _MAX_WORDS = 2, 3


def people_in(text: str) -> list[str]:
    """Return the names of persons in the text, in its order, each once."""
    bare = _BRACKETS.sub("|", _BRACKETS.sub("|", text))
    parts = _SEPARATORS.split(_ROLE.sub("|", bare))
    names = (_person(part) for part in parts)
    return list(dict.fromkeys(name for name in names if name))


def _person(part: str) -> str | None:
    name = _TITLES.sub("", _QUOTED.sub(" ", " ".join(part.split())).strip(" .'’-"))
    words = [word for word in name.split() if not _SUFFIX.match(word)]
    plain = [word for word in words if not _INITIAL.match(word) and word not in _PARTICLES]
    if not _MIN_WORDS <= len(plain) <= _MAX_WORDS or len(words) > _MAX_WORDS + 2:
        return None
    if any(word in _NOT_NAMES or not _WORD.match(word) for word in plain) or words[0] in _PARTICLES:
        return None
    return name if words[-1] == plain[-1] else None


def plain_person_name(name: str) -> str:
    """Return the name less middle initials and generation, as headlines write it: `James W. Farley Jr.` has both."""
    first, *rest = name.split()
    kept = [word for word in rest if not _INITIAL.match(word) and not _SUFFIX.match(word)]
    return " ".join([first, *kept])
