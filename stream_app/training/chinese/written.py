"""Chinese texts that were written for this project, with their labels: good news of names, and sober events.

No Chinese set marks a name of which the news is good, and all its sentiments of texts are those of shareholders' posts.
Files and marks are as in `training/written.py`; `written_posts.jsonl` holds posts, the others news.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stream_app.training.chinese.kinds import POST
from stream_app.training.chinese.texts import MOST_CHARACTERS, MOST_MENTIONS, ChineseText, Mention
from stream_app.training.split import is_dev
from stream_app.training.written import DATA, SET_NAME, Marked, read_marked, written_files

CHINESE_DATA = DATA / "zh"

_POSTS = "posts"


def written() -> tuple[ChineseText, ...]:
    """Return all that may be trained on: a tenth is held out by the text, as of any set."""
    return tuple(one for path in written_files(CHINESE_DATA) for one in read_written(path) if not is_dev(one.whole))


def read_written(path: Path) -> Iterator[ChineseText]:
    """Yield the texts of a file; ValueError where a label is none of `LABELS`."""
    kinds = (POST,) if path.stem.endswith(_POSTS) else ()
    for one in read_marked(path):
        text = one.text[:MOST_CHARACTERS]
        yield ChineseText(SET_NAME, one.text, text, document=one.label, kinds=kinds, mentions=tuple(_mentions(one)))


def _mentions(one: Marked) -> Iterator[Mention]:
    for mark in one.marks[:MOST_MENTIONS]:
        if mark.end <= MOST_CHARACTERS:
            yield Mention(mark.start, mark.end, label=mark.label, marked=one.is_about(mark))
