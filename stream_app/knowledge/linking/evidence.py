"""What the words right beside an ambiguous name say for or against its being a name, in log-odds.

The weights are set by hand on public headlines and tweets; docs/knowledge.md tells how they were checked.
"""

from __future__ import annotations

import re

from stream_app.knowledge.linking.folding import Casing, Passage
from stream_app.knowledge.linking.spans import Form, Span

_POSSESSIVE, _ACTS, _OWNS, _LED_TO = 0.8, 1.5, 1.5, 1.0
_COMPOUND, _SENTENCE_START, _TITLE_CASE = -3.0, -0.6, -0.5
_UPPER_CASE, _LOWER_CASE, _LOWER_CASE_WORD = -1.5, -1.0, -2.5
_TITLE_SHARE, _TITLE_WORDS, _LONG_WORD = 0.8, 4, 4
_WINDOW, _AROUND = 40, 120

_NEXT_WORD = re.compile(r"[^\S\n]*(?:[(\[][^)\]]{0,20}[)\]])?[^\S\n]*([A-Za-z][\w'’-]*)")  # noqa: RUF001
_WORD_BEFORE = re.compile(r"([A-Za-z]+)[^\S\n]*$")
_WORDS = re.compile(r"[A-Za-z]+")
_SENTENCE_END = ".!?:;\n\"“”|•"
_ACTIONS = frozenset(
    """acquires adds agrees aims announces appoints approves asks backs beats bets boosts bought buys calls closes climbs
    cuts debuts declares delays delivers denies drops edges ends enters expands expects faces falls files fires fined
    forecasts gains gets halts has hires hits inks invests is jumps joins launches lays leads lifts loses lowers makes
    may misses moves names nears offers opens orders outlines outperforms partners pays plans pledges plunges posts
    pulls pushes raises rallies reaches recalls reports resumes reveals rises rolls said says scraps seeks sees sells
    set sets settles shuts signs sinks slashes slides slips snaps soars spends spikes starts strikes sues surges
    suspends takes tanks tells tests to topples tops trims tumbles unveils upgraded downgraded wants warns was will
    wins withdraws would could confirms considers cancels celebrates introduces""".split()
)
_BELONGINGS = frozenset(
    """stock stocks share shares bonds earnings revenue revenues profit profits results guidance dividend ceo cfo coo
    chairman executive executives inc corp corporation ltd plc co holdings shareholders investors employees workers
    customers stores store q1 q2 q3 q4 quarterly fy options calls puts ipo buyback spokesman spokesperson spokeswoman
    acquisition merger deal unit subsidiary factory plant board management lawsuit group motor motors futures prices
    """.split()
)
_LEADS = frozenset(
    "at buy sell short long by with from against via inside vs versus and than like on upgrades downgrades sues".split()
)
_MADE_BY = frozenset(
    """made led owned backed based built branded run funded linked related listed bound controlled style like inspired
    owner maker parent supplier rival type focused dominated wide denominated pegged priced traded rated""".split()
)


def local_evidence(passage: Passage, span: Span) -> float:
    """Return the evidence of the text around the span that it names its candidates."""
    text = passage.text
    before = text[max(0, span.start - _WINDOW) : span.start]
    evidence = _after(text[span.end : span.end + _WINDOW], span)
    if span.common or span.form is Form.TICKER:
        evidence += _before(before)
    return evidence + _by_case(passage, before, span)


def _after(after: str, span: Span) -> float:
    if after[:2] in {"'s", "’s"}:  # noqa: RUF001
        return _POSSESSIVE
    if after[:1] == "-" and after[1:2].islower():
        word = _WORDS.match(after, 1)
        return _POSSESSIVE if word and word[0] in _MADE_BY else _COMPOUND
    match = _NEXT_WORD.match(after)
    if not match or span.form is Form.SYMBOL:
        return 0.0
    word = match[1].lower()
    return _OWNS if word in _BELONGINGS else _ACTS if word in _ACTIONS else 0.0


def _before(before: str) -> float:
    match = _WORD_BEFORE.search(before)
    return _LED_TO if match and match[1].lower() in _LEADS else 0.0


def _by_case(passage: Passage, before: str, span: Span) -> float:
    if passage.case is Casing.LOWER:
        return _LOWER_CASE_WORD if span.common else _LOWER_CASE
    if not span.common:
        return 0.0
    if passage.case is Casing.UPPER:
        return _UPPER_CASE
    last = before.rstrip(" '‘(")[-1:]  # noqa: RUF001
    evidence = _SENTENCE_START if not last or last in _SENTENCE_END else 0.0
    around = passage.text[max(0, span.start - _AROUND) : span.end + _AROUND]
    return evidence + (_TITLE_CASE if _is_title(around) else 0.0)


def _is_title(text: str) -> bool:
    words = [word for word in _WORDS.findall(text) if len(word) >= _LONG_WORD]
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _TITLE_WORDS and capitals >= _TITLE_SHARE * len(words)
