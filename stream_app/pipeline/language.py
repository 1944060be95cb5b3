"""What language a document is in, and why the model cannot read it if so; a doubt is decided for English.

Headlines are short and full of names, which mislead every detector. So the script is asked first, then the small
words of the languages, and the detector (py3langid) only where these say nothing clear.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.scripts import language_by_script

ENGLISH = "en"
_MOST_CHARACTERS = 1000
_LATIN_LANGUAGES = tuple("en de fr es it pt nl sv da no fi pl cs hu ro tr id vi".split())

_NOISE = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)\S*[@$#]\w+")
_WORD = re.compile(r"[^\W\d_]+")
_ACCENTED = re.compile("[\u00c0-\u024f]")
# Words of one language alone; what is a word in several, such as “die”, “on” or “will”, is in neither set.
_ENGLISH_WORDS = frozenset(
    """the of and for with from to by at says after its are was were be been has have had this that than up against
    into not you your we they what why how who which could would should may new said out off down his her my more best
    high low year week month day shares share stocks stock market markets price prices profit profits sales results
    earnings revenue growth quarter dividend deal banks company companies fund funds bond bonds buy sell beats beat
    misses miss raises raise cuts cut rises rise falls fall gains gain drops slips jumps surges plunges soars climbs
    tumbles slides reports report posts declares launches joins quits names sees hits wins plans seeks makes opens
    hires upgraded downgraded initiated target outlook forecast forecasts estimates analysts investors trade trading
    traders oil gold crude rate rates jobs data tax tech stake unit chief board cash debt loan loans order orders
    spending higher lower mixed flat close record previous actual here there these those some""".split()
)
_FOREIGN_WORDS = frozenset(
    """der das und den ein eine einer für mit von zu auf im ist nicht nach bei aus wird sich vor über zum zur
    le les du et à aux une dans pour ses après avec ce qui sont
    el los las del una por su sus para tras que lo más
    il lo gli di che della dei delle nel sul dopo più dal
    os dos das em não uma ao pelo após são
    het een voor met aan naar och att är jest na się og til ikke ved ve bir için yang untuk""".split()
)
# Of 9,645 English headlines (SEntFiN) these call 0.15 % foreign, of 53 foreign ones none English (2026-11).
_SURE, _SURE_WITH_SIGNS, _SURE_AGAINST_SIGNS = 0.99, 0.6, 0.999


def why_unread(document: TextDocument, languages: Collection[str], model_version: str) -> str | None:
    """Return why a model of these languages cannot read the document, or None where it can."""
    language = language_of(document)
    if language in languages:
        return None
    return f"language {language} is not read by model {model_version}"


def language_of(document: TextDocument) -> str:
    """Return the ISO 639-1 code of the language that most of the document is in.

    What the producer says (`lang`) tips the scales where the text leaves a doubt. A text without words, such as
    tickers alone, is in whatever language the producer says, else English.
    """
    return _language_of(f"{document.title}\n{document.body}"[:_MOST_CHARACTERS], document.lang)


@lru_cache(maxsize=1024)  # several steps of the flow ask about the same batch
def _language_of(text: str, given: str | None) -> str:
    return language_by_script(text, given) or _latin_language(_NOISE.sub(" ", text), given)


def _latin_language(text: str, given: str | None) -> str:
    words = {word.lower() for word in _WORD.findall(text)}
    english, foreign = not words.isdisjoint(_ENGLISH_WORDS), not words.isdisjoint(_FOREIGN_WORDS)
    if english and not foreign:
        return ENGLISH
    if not words:
        return given or ENGLISH
    found, confidence = _detector().classify(text)
    if found == ENGLISH:
        return given if given and not english and confidence < _SURE else ENGLISH
    if foreign or _ACCENTED.search(text) or found == given:
        needed = _SURE_AGAINST_SIGNS if english else _SURE_WITH_SIGNS
    else:
        needed = _SURE_AGAINST_SIGNS if given == ENGLISH else _SURE
    return found if confidence >= needed else ENGLISH


@cache
def _detector() -> LanguageIdentifier:
    detector = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    detector.set_languages(_LATIN_LANGUAGES)
    return detector
