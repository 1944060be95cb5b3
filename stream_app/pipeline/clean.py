"""Texts without their markup. What has none comes back as it is, so that offsets keep their meaning."""

from __future__ import annotations

import html
import re

from lxml import etree

_NAMES = """a abbr address article aside audio b blockquote body br button caption center cite code col colgroup dd
del details dfn div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i
iframe img input ins kbd label legend li link main map mark meta nav noscript object ol option p param picture pre q s
samp script section select small source span strike strong style sub summary sup svg table tbody td template textarea
tfoot th thead time title tr tt u ul var video wbr"""
_BREAKS = frozenset(
    """address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody td tfoot th thead title
    tr ul""".split()
)
_UNSEEN = frozenset({"script", "style", "template"})

# Possessive quantifiers: whatever they meet, the searches take linear time.
_TAG = rf"/?(?:{'|'.join(_NAMES.split())})(?=[\s/>])(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>"
_AFTER = rf"(?:{_TAG}|!--|!doctype\b|\?xml\b)"
_MARKUP = re.compile(f"<{_AFTER}", re.IGNORECASE)
_NO_MARKUP = re.compile(f"<(?!{_AFTER})", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BLANKS = str.maketrans("\n\r\t", "   ")
_GAP = re.compile(r"[^\S\n]+")
_BREAK = re.compile(r" ?\n[ \n]*")
_VISIBLE = re.compile(r"[^\s\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


def without_markup(raw: str) -> str:
    """Return the text that a reader of `raw` sees: tags dropped, blocks as lines, references as their characters.

    A text without tags keeps every character, its blanks too; control characters become blanks. Only tags of HTML
    count as such, so that `<AAPL.O>` and `margin <5%` stay.
    """
    text = _seen(raw)
    if "<" in text and _MARKUP.search(text):
        return _tidy(_rendered(_NO_MARKUP.sub("&lt;", text)))
    return _REFERENCE.sub(lambda found: _seen(html.unescape(found.group())), text) if "&" in text else text


def is_blank(text: str) -> bool:
    """Whether there is nothing in the text that a reader would see."""
    return _VISIBLE.search(text) is None


def _seen(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _rendered(markup: str) -> str:
    # Not html.parser: 20,000 characters of "<a " keep it busy for 4 s (measured with Python 3.11.7).
    parser = etree.HTMLParser(target=_Reader(), encoding="utf-8")
    parser.feed(markup.encode())
    return str(parser.close())


class _Reader:
    """What lxml tells of a page, as the text that is seen."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._unseen = 0

    def start(self, tag: str, _: object) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BREAKS:
            self._parts.append("\n")

    def end(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        if tag in _BREAKS:
            self._parts.append("\n")

    def data(self, text: str) -> None:
        if not self._unseen:
            self._parts.append(_seen(text).translate(_BLANKS))

    def close(self) -> str:
        return "".join(self._parts)


def _tidy(text: str) -> str:
    return _BREAK.sub("\n", _GAP.sub(" ", text)).strip()
