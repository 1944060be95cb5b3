"""What language a document is in, and why the model cannot read it if so; a doubt is decided for English.

Headlines are short and full of names, which mislead every detector. So names are left out, the script is asked first,
then the small and the ordinary words of the languages, and the detector (py3langid) only where these say nothing clear.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from stream_app.knowledge.words import is_common_word
from stream_app.pipeline.documents import Field, LinkedDocument, TextDocument
from stream_app.pipeline.scripts import language_by_script

Spans = tuple[tuple[int, int], ...]
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
# Of several languages, none of them English; in English texts only inside names that the graph does not know.
_FOREIGN_PARTICLES = frozenset("de la en au un se al di da em na op ein van".split())
_ENGLISH_PARTICLES = frozenset("on as in is it if or".split())
_LEAST_LETTERS, _FEW = 3, 3
# Measured in 2026-11 with the names of the graph left out, on headlines of SEntFiN (English), of Twitter Financial News
# (English, some 40 foreign) and on 60 foreign ones written for it: docs/model.md.
_ENGLISH_SHARE, _HALF_ENGLISH, _FOREIGN_SHARE = 0.75, 0.4, 0.25
_SURE, _SURE_WITH_SIGNS, _SURE_AGAINST_SIGNS = 0.99, 0.6, 0.999


def why_unread(linked: LinkedDocument, languages: Collection[str], model_version: str) -> str | None:
    """Return why a model of these languages cannot read the document, or None where it can."""
    language = language_of(linked)
    if language in languages:
        return None
    return f"language {language} is not read by model {model_version}"


def language_of(linked: LinkedDocument) -> str:
    """Return the ISO 639-1 code of the language that most of the document is in.

    Names say nothing of it: `Deutsche Bank` is as English as it is German. What the producer says (`lang`) is believed,
    unless the words, or the script, plainly tell otherwise. A text without other words than names is in whatever
    language the producer says, else English.
    """
    document = linked.document
    parts = tuple((text[:_MOST_CHARACTERS], _spans(linked, field)) for field, text in _texts(document))
    return _language_of(parts, document.lang)


def _texts(document: TextDocument) -> tuple[tuple[Field, str], ...]:
    """Return what tells the language: what images say only where the document has no other text."""
    own: tuple[tuple[Field, str], ...] = (("title", document.title), ("body", document.body))
    return own if document.title or document.body else (("media", document.media_text),)


def _spans(linked: LinkedDocument, field: Field) -> Spans:
    """Return where names stand in the field."""
    return tuple((one.start, one.end) for entity in linked.entities for one in entity.mentions if one.field == field)


@lru_cache(maxsize=1024)  # several steps of the flow ask about the same batch
def _language_of(parts: tuple[tuple[str, Spans], ...], given: str | None) -> str:
    whole = "\n".join(text for text, _ in parts)[:_MOST_CHARACTERS]
    plain = "\n".join(_without(text, names) for text, names in parts)[:_MOST_CHARACTERS]
    return language_by_script(whole, given) or _latin_language(_NOISE.sub(" ", plain), given)


def _without(text: str, names: Spans) -> str:
    for start, end in names:
        text = text[:start] + " " * (min(end, len(text)) - start) + text[end:]
    return text


def _latin_language(text: str, given: str | None) -> str:
    words = {word.lower() for word in _WORD.findall(text)}
    english, foreign = not words.isdisjoint(_ENGLISH_WORDS), not words.isdisjoint(_FOREIGN_WORDS)
    if not words:
        return given or ENGLISH
    told, known = _told(words)
    share = known / max(told, 1)
    if not foreign and (english or share >= _ENGLISH_SHARE):
        return ENGLISH
    if given and given != ENGLISH and not english:
        return given
    found, confidence = _detector().classify(text)
    if found == ENGLISH:
        return ENGLISH
    is_foreign = foreign or bool(_ACCENTED.search(text)) or (told >= _FEW and share <= _FOREIGN_SHARE)
    if english or (not is_foreign and (given == ENGLISH or share >= _HALF_ENGLISH)):
        needed = _SURE_AGAINST_SIGNS
    else:
        needed = _SURE_WITH_SIGNS if is_foreign or found == given else _SURE
    return found if confidence >= needed else ENGLISH


def _told(words: Collection[str]) -> tuple[int, int]:
    """Return how many words tell of a language, and how many of them are ordinary ones of English finance texts."""
    told = [word for word in words if len(word) >= _LEAST_LETTERS or word in _FOREIGN_PARTICLES | _ENGLISH_PARTICLES]
    return len(told), sum(word not in _FOREIGN_PARTICLES and is_common_word(word) for word in told)


@cache
def _detector() -> LanguageIdentifier:
    detector = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    detector.set_languages(_LATIN_LANGUAGES)
    return detector
