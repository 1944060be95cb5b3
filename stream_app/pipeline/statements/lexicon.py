"""The words that rules know, read from the tables in `data/`: what moves, what it brings, how clauses hang together."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Literal

from stream_app.events.entity import EntityKind
from stream_app.pipeline.statements.inflection import Form, forms

Act = Literal["move", "stop", "start", "resume", "hold", "have", "threaten", "outdo", "order", "lift", "idle"]
_LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Verb:
    """What a verb does: columns of `verbs_en.csv`, whose comment explains them; 0 where a cell is empty."""

    act: Act
    subject: float
    object: float
    nature: str
    policy: float
    other: float
    causes: int


@dataclass(frozen=True, slots=True)
class Cue:
    """How a word links clauses (`kind`) or colours what they say (`grade`)."""

    kind: str
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """All that a word or phrase may be; its context decides which.

    `sure` where other words of its clause have decided already: see `sayings_of`.
    """

    verb: Verb | None = None
    form: Form = Form.BARE
    noun: str = ""
    sign: float = 0.0
    cue: Cue | None = None
    side: str = ""
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """What a verb means together with one of these words, by itself where one is empty.

    `noun` is what these words then are; None leaves them what they were.
    """

    keys: tuple[str, ...]
    word: Word
    noun: Word | None


@dataclass(frozen=True, slots=True)
class Nature:
    """What more of something means: by kind of its owner, whether an actor has it itself, whether naming it tells.

    `side` says what of a firm it is.
    """

    own: bool
    event: bool
    side: str
    factors: dict[EntityKind, float]

    @property
    def adverse(self) -> bool:
        """Whether more of it is bad for a company."""
        return self.factors[EntityKind.COMPANY] < 0

    @property
    def misfortune(self) -> bool:
        """Whether naming it tells that something bad happens."""
        return self.adverse and self.event

    def factor(self, kind: EntityKind) -> float:
        """Return which way the quantity of an entity of this kind goes."""
        return self.factors.get(kind, 0.0)


@dataclass(frozen=True, slots=True)
class Grade:
    """How sure a manner of speaking leaves one."""

    modality: Literal["stated", "hypothetical", "denied", "ended"]
    certainty: float


@cache
def words_of(language: str) -> dict[str, Word]:
    """Return all words and phrases of the language, in small letters; KeyError of another language than en and zh."""
    if language not in _LANGUAGES:
        raise KeyError(language)
    found: dict[str, Word] = {}
    for text, part in _parts(language):
        if part.side and text not in found:
            continue  # the table of sides is of both languages, and makes no words
        known = found.get(text, Word())
        changes = {name: value for name in ("verb", "noun", "sign", "cue", "side") if (value := getattr(part, name))}
        if part.verb and known.verb:  # `cut` is bare and past at once; of two verbs the later row is the more special
            changes["form"] = Form.EITHER if known.form is not part.form else part.form
        elif part.verb:
            changes["form"] = part.form
        found[text] = replace(known, **changes)
    return found


@cache
def sayings_of(language: str) -> dict[str, list[Saying]]:
    """Return what verbs mean together with other words, by each of the verbs' forms, in the table's order."""
    found: dict[str, list[Saying]] = {}
    for text, row in _entries(f"sayings_{language}"):
        noun = None if row["noun"] == "=" else Word(noun=row["noun"]) if row["noun"] else Word(cue=Cue("plain"))
        for head, form in forms(text) if language == "en" else [(text, Form.BARE)]:
            word = Word(verb=_verb(row), form=form, sure=True)
            found.setdefault(head, []).append(Saying(tuple(row["with"].split("|")), word, noun))
    return found


def _parts(language: str) -> Iterator[tuple[str, Word]]:
    inflected = language == "en"
    for text, row in _entries(f"nouns_{language}"):
        yield text, Word(noun=row["nature"])
        if inflected and text[-1] not in "sy":
            yield f"{text}s", Word(noun=row["nature"])
    for text, row in _entries(f"signs_{language}"):
        yield text, _sign(row["sign"])
    for text, row in _entries(f"verbs_{language}"):
        verb = _verb(row)
        for word, form in forms(text) if inflected else [(text, Form.BARE)]:
            yield word, Word(verb=verb, form=form)
    for text, row in _entries(f"cues_{language}"):
        yield text, Word(cue=Cue(row["kind"], row["value"]))
    for text, row in _entries("sides"):
        yield from ((one, Word(side=row["side"])) for one in {text, f"{text}s", *(form for form, _ in forms(text))})


def _entries(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each of the words that the rows of a table share, with its row."""
    return ((text, row) for row in table(name) for text in row["words"].split("|"))


def _sign(cell: str) -> Word:
    if cell in {"+", "-"}:  # a word that stands after what it says something of, as a verb does
        return Word(verb=Verb("move", float(f"{cell}0.8"), 0.0, "", 0.0, 0.0, causes=0), form=Form.BARE)
    return Word(sign=float(cell))


def _verb(row: dict[str, str]) -> Verb:
    subject, object_, policy, other = (float(row[name] or 0) for name in ("subject", "object", "policy", "other"))
    return Verb(row["act"], subject, object_, row["nature"], policy, other, causes=int(row["causes"] or 0))  # type: ignore[arg-type]


@cache
def natures() -> dict[str, Nature]:
    """Return the natures of things by their names."""
    kinds = list(EntityKind)
    return {
        row["nature"]: Nature(
            own=row["own"] == "1",
            event=row["event"] == "1",
            side=row["side"],
            factors={kind: float(row[kind]) for kind in kinds if kind in row},
        )
        for row in table("natures")
    }


@cache
def grades() -> dict[str, Grade]:
    """Return the grades of certainty by their names."""
    return {row["grade"]: Grade(row["modality"], float(row["certainty"])) for row in table("certainty")}  # type: ignore[arg-type]


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of `data/NAME.csv` by column; lines that begin with `#` explain it."""
    text = resources.files("stream_app.pipeline.statements").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#")))
