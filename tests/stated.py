"""Texts with their names marked, as linked documents: `<Ford> halts <oil:commodity> output`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, Mention
from tests.factories import KG_VERSION, document

TABLE = Path(__file__).parent / "data" / "statements.txt"
NAME = re.compile(r"<([^<>:]+)(?::(\w+))?>")


class Case(NamedTuple):
    """A marked text and what is expected of its names, in turn: sign, and perhaps modality and role."""

    marked: str
    expected: tuple[tuple[str, ...], ...]


def cases() -> list[Case]:
    """Return the rows of the table."""
    lines = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return [_case(line) for line in lines]


def _case(line: str) -> Case:
    marked, _, expected = line.partition(" => ")
    return Case(marked, tuple(tuple(one.split()) for one in expected.split(";")))


def marked(text: str, lang: str | None = None) -> LinkedDocument:
    """Return the text, less its marks, as a title with one entity for each name; in English or Chinese unless said."""
    plain, at, entities = "", 0, []
    for found in NAME.finditer(text):
        plain += text[at : found.start()]
        mention = Mention("title", len(plain), len(plain) + len(found[1]))
        plain += found[1]
        kind = EntityKind(found[2] or "company")
        entities.append(LinkedEntity(Entity(f"{kind}:{len(entities)}", kind, found[1]), (mention,), 0.9))
        at = found.end()
    plain += text[at:]
    script = "zh" if re.search("[\u4e00-\u9fff]", plain) else "en"
    return LinkedDocument(document(title=plain, lang=lang or script), tuple(entities), KG_VERSION)
