"""Names of companies: what may be left out of them, and the slugs that make readable ids."""

from __future__ import annotations

import re
import unicodedata

from stream_app.knowledge.words import words_of

_LEGAL = (
    r"incorporated|inc|corporation|corp|company|companies|co|limited|ltd|llc|llp|lp|plc|ag|se|s\.?a\.?|n\.?v\.?|"
    r"s\.?p\.?a\.?|ab|asa|a/s|oyj|kgaa|gmbh|k\.?k\.?|sca|s\.?e\.?|bhd|pjsc|l\.?p\.?|s\.?a\.?f\.?|n\.?a\.?"
)
_LEGAL_TAIL = re.compile(rf"[\s,]+(?:&\s+)?(?:{_LEGAL})\.?$", re.IGNORECASE)
_GROUP_TAIL = re.compile(r"[\s,]+(?:holdings?|group|gruppe|worldwide|international)$", re.IGNORECASE)
_NOTE = re.compile(r"\s*\([^)]*\)\s*$")
_ARTICLE = re.compile(r"^The\s+", re.IGNORECASE)
_GENERIC = words_of("generic")
_PUNCTUATION = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "\N{NO-BREAK SPACE}": " "})


def tidy(name: str) -> str:
    """Return the name with plain punctuation, single spaces and without a bracketed note such as `(publisher)`."""
    return _NOTE.sub("", " ".join(name.translate(_PUNCTUATION).split()))


def slug(name: str) -> str:
    """Return the name in lower-case ASCII, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ").replace("ß", "ss").replace("ø", "o"))
    ascii_only = plain.encode("ascii", "ignore").decode().replace("'", "").lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def without_legal_form(name: str) -> str:
    """Return the name less `Inc.`, `SE & Co. KGaA` and their like, and less a leading `The`."""
    short = _strip_tail(_ARTICLE.sub("", name), _LEGAL_TAIL)
    return short.removesuffix(" &").strip()


def without_group(name: str) -> str:
    """Return the name less its legal form and less `Group` or `Holdings`."""
    return without_legal_form(_strip_tail(without_legal_form(name), _GROUP_TAIL))


def head_word(name: str) -> str | None:
    """Return the first word where all others only say what kind of company it is, as in `Vertex Pharmaceuticals`."""
    first, *rest = without_group(name).split()
    return first if rest and all(word.lower() in _GENERIC for word in rest) else None


def without_accents(name: str) -> str:
    """Return the name as keyboards without accents write it."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _strip_tail(name: str, tail: re.Pattern[str]) -> str:
    while (shorter := tail.sub("", name)) != name and shorter:
        name = shorter
    return name
