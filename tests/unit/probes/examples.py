"""Texts with names at known places, and companies to put there."""

from __future__ import annotations

from hypothesis import strategies as st

from stream_app.probes.companies import Company
from stream_app.probes.texts import Text

COMPANIES = tuple(
    Company(f"company:{name.lower()}", name, ticker, (("country", country), ("sector", sector)))
    for name, ticker, country, sector in (
        ("Acme", "ACM", "US", "Energy"),
        ("Beta Motors", "BET", "DE", "Industrials"),
        ("Gamma", None, "DE", "Energy"),
        ("Delta Foods", "DLT", "JP", "Consumer Staples"),
    )
)
_WORDS = """profit rises falls 12% $3.50 1,200 in 2014 from 5 to 7.25 don't $AAPL $tsla ẞtraße https://t.co/x 10:30 Q3
净利润 . , !"""
_FILLER = st.lists(st.sampled_from(_WORDS.split()) | st.text(max_size=6), max_size=6).map(
    lambda some: f" {' '.join(some)} "
)
_NAMES = st.sampled_from([*(one.name for one in COMPANIES), "S&P 500", "3M", "news24 group", "ﬁrst straße", "$ACM"])


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """Any text with up to three names, which lie between stretches of at least two characters."""
    text, names = draw(_FILLER).lstrip(), []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(_NAMES)
        names.append((len(text), len(text) + len(name)))
        text += name + draw(_FILLER)
    return Text(text, tuple(names))


def text_of(marked: str, label: int | None = None) -> Text:
    """Return the text in which each name stands between braces."""
    text, names = "", []
    for place, part in enumerate(marked.replace("}", "{").split("{")):
        if place % 2:
            names.append((len(text), len(text) + len(part)))
        text += part
    return Text(text, tuple(names), label=label)
