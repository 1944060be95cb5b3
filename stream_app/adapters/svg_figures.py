"""Figures as SVG files, the same bytes for the same figures: needs matplotlib, of the extra `research`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stream_app.errors import NotInstalled


def write_figures(
    draws: Mapping[str, Callable[[Any], None]], folder: Path, *, inches: tuple[float, float]
) -> list[Path]:
    """Let each draw its figure, write them under their names and return the files.

    NotInstalled where matplotlib is missing.
    """
    try:
        from matplotlib import rc_context  # noqa: PLC0415  (an extra)
        from matplotlib.figure import Figure  # noqa: PLC0415  (the same)
    except ImportError:
        raise NotInstalled("plots need matplotlib: pip install 'stream-app[research]'") from None
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.svg" for name in draws]
    # Neither the date nor ids of chance: the same figures give the same files.
    with rc_context({"svg.hashsalt": "stream_app"}):
        for file, draw in zip(files, draws.values(), strict=True):
            figure = Figure(figsize=inches, layout="constrained")
            draw(figure)
            figure.savefig(file, metadata={"Date": None})
    return files
