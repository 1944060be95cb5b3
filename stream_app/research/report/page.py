"""The page itself: one HTML file with its style and its charts inside, which fetches nothing and runs no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1f2933; font: 15px/1.5 "DejaVu Sans", Verdana, sans-serif; }
main, header { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
h1 { font-size: 26px; margin: 0; }
h3 { font-size: 15px; margin: 22px 0 0; }
h2 { font-size: 19px; margin: 44px 0 4px; padding-top: 14px; border-top: 1px solid #e4e7eb; }
p { margin: 4px 0 12px; max-width: 62em; }
.under, .note { color: #52606d; }
nav { margin: 14px 0 4px; }
nav a { color: #2f6db3; text-decoration: none; margin-right: 18px; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0 6px; }
.tile { border: 1px solid #e4e7eb; border-radius: 8px; padding: 8px 14px; flex: 1; }
.tile b { display: block; font-size: 20px; font-weight: 600; }
.tile span { color: #52606d; font-size: 13px; }
.none { background: #f5f7fa; border-radius: 8px; padding: 18px 20px; color: #52606d; }
.warn { background: #fdecea; border-left: 4px solid #b83b3b; padding: 10px 16px; }
svg { width: 100%; height: auto; display: block; margin: 6px 0 10px; }
table { border-collapse: collapse; font-size: 13px; margin: 8px 0; }
th, td { padding: 4px 12px 4px 0; text-align: right; border-bottom: 1px solid #e4e7eb; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
details { margin: 6px 0 14px; } summary { cursor: pointer; color: #2f6db3; }
footer { margin: 48px 0 36px; color: #52606d; font-size: 13px; }
.scroll { overflow-x: auto; }
@media print { nav { display: none; } h2 { break-after: avoid; } svg { break-inside: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Tile:
    """One number, and what it counts."""

    value: str
    what: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a sentence that says what is seen, and what there is to see, as HTML."""

    key: str
    title: str
    says: str
    shows: str


def page(title: str, under: str, *, tiles: Sequence[Tile], sections: Sequence[Section]) -> str:
    """Return the page as HTML."""
    links = "".join(f'<a href="#{one.key}">{escape(one.title)}</a>' for one in sections)
    boxes = "".join(map(_tile, tiles))
    body = "".join(map(_section, sections))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f'<header><h1>{escape(title)}</h1><p class="under">{escape(under)}</p>'
        f'<nav>{links}</nav><div class="tiles">{boxes}</div></header><main>{body}'
        "<footer>Made by stream-app. Times are UTC. What each figure means: docs/research.md of the project.</footer>"
        "</main></body></html>\n"
    )


def nothing(why: str) -> str:
    """Return what stands where there is nothing to see: why, and what to do about it."""
    return f'<div class="none">{escape(why)}</div>'


def warning(what: str) -> str:
    """Return a warning."""
    return f'<p class="warn">{escape(what)}</p>'


def headed(heading: str, inner: str) -> str:
    """Return something to see under a heading of its own."""
    return f"<h3>{escape(heading)}</h3>{inner}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'


def folded(summary: str, inner: str) -> str:
    """Return what opens at a click."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"


def _tile(one: Tile) -> str:
    return f'<div class="tile"><b>{escape(one.value)}</b><span>{escape(one.what)}</span></div>'


def _section(one: Section) -> str:
    says = f'<p class="note">{escape(one.says)}</p>' if one.says else ""
    return f'<h2 id="{one.key}">{escape(one.title)}</h2>{says}{one.shows}'
