"""How all charts look, and how a figure becomes an SVG that stands in a page or a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from stream_app.errors import NotInstalled

INK, FAINT, GRID = "#1f2933", "#7b8794", "#e4e7eb"
BLUE, ORANGE, TEAL, RED, GOLD = "#2f6db3", "#d9822b", "#2a9d8f", "#b83b3b", "#c9a227"
SERIES = (BLUE, ORANGE, TEAL, RED)

WIDTH_INCHES = 11.0
_FONT = "DejaVu Sans"
_LIKE_IT = "Verdana"  # what systems without it have, with letters of nearly the same widths
_STYLE = {
    "svg.fonttype": "none",  # text stays text: it can be searched, and files are smaller
    "svg.hashsalt": "stream_app",  # the same numbers give the same file
    "font.family": _FONT,
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "legend.frameon": False,
}

Draw = Callable[[Any], None]


def svg(draw: Draw, *, height: float, width: float = WIDTH_INCHES) -> str:
    """Return what `draw` puts on a figure, as an SVG element; NotInstalled where matplotlib is missing."""
    try:
        from matplotlib import rc_context  # noqa: PLC0415  (an extra)
        from matplotlib.figure import Figure  # noqa: PLC0415  (the same)
    except ImportError:
        raise NotInstalled("plots need matplotlib: pip install 'stream-app[research]'") from None
    with rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None}, transparent=True)
    text = file.getvalue()
    return text[text.index("<svg") :].replace(f"'{_FONT}'", f"'{_FONT}', {_LIKE_IT}, sans-serif")


def write(drawn: str, file: Path) -> Path:
    """Write an SVG element as a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{drawn}', encoding="utf-8")
    return file


def dated(axes: Any, *, most: int = 8) -> None:  # noqa: ANN401  (matplotlib's)
    """Let the axis tell days, as shortly as can be."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter  # noqa: PLC0415  (an extra)

    locator = AutoDateLocator(minticks=3, maxticks=most)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(
            locator,
            formats=["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S"],
            zero_formats=["", "%Y", "%d %b", "%d %b", "%H:%M", "%H:%M"],
            show_offset=False,
        )
    )


def thousands(axis: Any) -> None:  # noqa: ANN401
    """Write whole numbers with commas on an axis of counts, and none between them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415  (an extra)

    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def days(written: list[str]) -> list[date]:
    """Return days as dates."""
    return [date.fromisoformat(one) for one in written]
