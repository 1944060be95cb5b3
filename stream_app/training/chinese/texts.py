"""The Chinese sets as one kind of example: a text with whichever labels its set gives it.

Sets of FinCUGE (Lu et al. 2023, BBT-Fin): FinFE (posts with their sentiment), FinNL (news by kind), FinESE (news by
risk event and its subject) and FinNSP (is news negative, and about whom); the sentences of FinRE lend names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stream_app.pipeline.tensors import LABELS
from stream_app.training.chinese.kinds import KINDS, POST, RISK_OF
from stream_app.training.chinese.names import Names
from stream_app.training.packs.labelled import Row, read_rows

_NAMES_ONLY = "finre"
POSTS, KIND_SET, RISK_SET, BLAME_SET = "finfe", "finnl", "finese", "finnsp"
FILES = {name: Path("zh") / f"{name}.train.jsonl" for name in (POSTS, KIND_SET, RISK_SET, BLAME_SET, _NAMES_ONLY)}
MOST_CHARACTERS = 160
_BEFORE = 40
MOST_MENTIONS = 8
_ADVERSE_EXCEPT = frozenset({"none", "rating_change", "control_change", "abnormal_trading"})
"""Risks that say nothing of whether the news is bad for the subject."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text; `label` indexes `LABELS`; `negative` False says that the label is another one.

    `marked` tells whether a set's people marked the name, None where no set says; `weak` a label that was derived.
    """

    start: int
    end: int
    label: int | None = None
    negative: bool | None = None
    marked: bool | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class ChineseText:
    """One text; `kinds` are those that its set gives, of `KINDS`; `risk` one of `RISK_TYPES`; `whole` the full text."""

    set_name: str
    whole: str
    text: str
    document: int | None = None
    kinds: tuple[str, ...] = ()
    risk: str | None = None
    mentions: tuple[Mention, ...] = ()


def load_texts(data: Path) -> list[ChineseText]:
    """Return the texts of the sets under `data`; DataError where one is missing or damaged."""
    rows = {name: list(read_rows(data / path)) for name, path in FILES.items()}
    names = Names.of(_named(rows))
    readers = {POSTS: _post, KIND_SET: _news, RISK_SET: _event, BLAME_SET: _about}
    return [one for name, read in readers.items() for row in rows[name] for one in _read(row, read, names)]


def _read(row: Row, read: Any, names: Names) -> Iterator[ChineseText]:  # noqa: ANN401  (one of the four below)
    try:
        yield read(row.fields, names)
    except (KeyError, ValueError, TypeError) as error:
        raise row.damaged(error) from error


def _named(rows: dict[str, list[Row]]) -> Iterator[str]:
    for row in rows[RISK_SET]:
        yield row.fields.get("entity") or ""
    for row in rows[BLAME_SET]:
        yield from row.fields.get("entities") or ()
    for row in rows[_NAMES_ONLY]:
        yield from (row.fields.get("head") or "", row.fields.get("tail") or "")


def _post(fields: dict[str, Any], names: Names) -> ChineseText:
    """Read a post: what it says, it says of what it names, or of the share whose forum it stands in."""
    text, label = fields["text"][:MOST_CHARACTERS], LABELS.index(fields["label"])
    places = names.places(text)[:MOST_MENTIONS] or ([(0, len(text))] if text else [])
    mentions = tuple(Mention(*place, label=label, weak=True) for place in places)
    return ChineseText(POSTS, fields["text"], text, document=label, kinds=(POST,), mentions=mentions)


def _news(fields: dict[str, Any], names: Names) -> ChineseText:  # noqa: ARG001  (all readers alike)
    kinds = tuple(KINDS[topic] for topic in fields["topics"] if topic in KINDS)
    companies = kinds == (KINDS["公司"],)
    text = fields["text"][:MOST_CHARACTERS]
    return ChineseText(KIND_SET, fields["text"], text, kinds=kinds, risk=None if companies or not kinds else "none")


def _event(fields: dict[str, Any], names: Names) -> ChineseText:
    """Read a news item: its subject has the risk, other names stand beside it."""
    risk, subject = RISK_OF[fields["event"]], fields["entity"]
    text = _around(fields["text"], subject)
    own = _places(text, subject) if subject else []
    adverse = risk not in _ADVERSE_EXCEPT
    mentions = [Mention(*place, label=0 if adverse else None, marked=True, weak=True) for place in own]
    if subject:
        beside = [place for place in names.places(text) if not _meets(place, own)]
        mentions += [Mention(*place, marked=False) for place in beside]
    return ChineseText(RISK_SET, fields["text"], text, risk=risk, mentions=tuple(mentions[:MOST_MENTIONS]))


def _about(fields: dict[str, Any], names: Names) -> ChineseText:  # noqa: ARG001  (all readers alike)
    blamed = set(fields["negative_entities"] or ())
    entities = sorted(fields["entities"] or (), key=len, reverse=True)
    text = _around(fields["text"], min(blamed or entities, key=fields["text"].find, default=None))
    mentions: list[Mention] = []
    for entity in entities:
        taken = [(one.start, one.end) for one in mentions]
        places = [place for place in _places(text, entity)[:2] if not _meets(place, taken)]
        bad = entity in blamed
        mentions += [Mention(*place, label=0 if bad else None, negative=bad, marked=True) for place in places]
    return ChineseText(BLAME_SET, fields["text"], text, mentions=tuple(mentions[:MOST_MENTIONS]))


def _around(text: str, name: str | None) -> str:
    """Return as much of the text as is read, with the name in it."""
    at = text.find(name) if name else 0
    start = max(at - _BEFORE, 0) if at + len(name or "") > MOST_CHARACTERS else 0
    return text[start : start + MOST_CHARACTERS]


def _places(text: str, name: str) -> list[tuple[int, int]]:
    places = []
    at = text.find(name)
    while at >= 0 and name:
        places.append((at, at + len(name)))
        at = text.find(name, at + len(name))
    return places


def _meets(place: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < place[1] and place[0] < end for start, end in others)
