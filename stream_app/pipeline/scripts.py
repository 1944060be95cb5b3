"""Which script most of a text is written in, and which language that means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

UNSPACED = "\u0e00-\u0e7f\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Letters that are written without spaces between words, Thai, Japanese and Chinese, for a regular expression."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the language that most texts in it are in; one sign says as much as `weight` Latin letters."""

    signs: re.Pattern[str]
    language: str
    others: frozenset[str] = frozenset()
    weight: int = 1


def _script(ranges: str, languages: str, *, weight: int = 1) -> Script:
    language, *others = languages.split()
    return Script(re.compile(f"[{ranges}]"), language, frozenset(others), weight)


_KANA = _script("\u3040-\u30ff", "ja", weight=3)
_HAN = _script("\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff", "zh yue", weight=3)
_SCRIPTS = (
    _KANA,
    _HAN,
    _script("\uac00-\ud7af\u1100-\u11ff", "ko", weight=3),
    _script("\u0400-\u052f", "ru uk bg sr mk be kk mn ky tg"),
    _script("\u0370-\u03ff\u1f00-\u1fff", "el"),
    _script("\u0600-\u06ff\u0750-\u077f", "ar fa ur ps ku ug"),
    _script("\u0590-\u05ff", "he yi"),
    _script("\u0900-\u097f", "hi mr ne"),
    _script("\u0980-\u09ff", "bn as"),
    _script("\u0a00-\u0a7f", "pa"),
    _script("\u0a80-\u0aff", "gu"),
    _script("\u0b80-\u0bff", "ta"),
    _script("\u0c00-\u0c7f", "te"),
    _script("\u0c80-\u0cff", "kn"),
    _script("\u0d00-\u0d7f", "ml"),
    _script("\u0e00-\u0e7f", "th"),
    _script("\u10a0-\u10ff", "ka"),
    _script("\u0530-\u058f", "hy"),
)
_KANA_SHARE = 0.1  # Chinese texts may hold a の, Japanese ones hold many
_OTHER_LETTERS = re.compile("[\u0370-\u1dff\u3040-\ud7ff\uf900-\ufaff]")
_LATIN_LETTERS = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def language_by_script(text: str, given: str | None) -> str | None:
    """Return the language that the text's script tells, or None for Latin letters or none at all.

    `given` is what the producer says; it chooses among the languages of a script, and cannot change the script.
    """
    if text.isascii() or not _OTHER_LETTERS.search(text):
        return None
    weights = _weights(text)
    heaviest = max(weights, key=lambda script: weights[script], default=None)
    if heaviest is None or sum(weights.values()) < len(_LATIN_LETTERS.findall(text)):
        return None
    if heaviest is _HAN and weights.get(_KANA, 0) > _KANA_SHARE * weights[_HAN]:
        heaviest = _KANA
    return given if given in heaviest.others else heaviest.language


def _weights(text: str) -> Mapping[Script, int]:
    found = {script: script.weight * len(script.signs.findall(text)) for script in _SCRIPTS}
    return {script: weight for script, weight in found.items() if weight}
