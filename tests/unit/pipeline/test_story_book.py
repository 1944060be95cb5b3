"""What is remembered stays bounded, whoever founded the stories."""

from __future__ import annotations

from stream_app.pipeline.stories import judge
from stream_app.pipeline.story_book import StoryBook
from tests.factories import START, hours, query


def test_followers_of_stories_that_others_founded_leave_nothing_behind() -> None:
    elsewhere, here = StoryBook(), StoryBook()
    for number in range(50):
        title = f"Apple {number} raises {number * 7} outlook {number * 13} after strong {number * 17} demand"
        for place in range(2):
            asked = query(f"doc-{number}-{place}", title, published_at=START + hours(place))
            sighting = judge(asked, elsewhere, ("model", "graph")).sighting
            assert sighting is not None
            elsewhere.add(sighting)
            if place:
                here.add(sighting)
    assert len(here) == 50
    assert not here.stories
    assert not here._chronicles  # noqa: SLF001  (what would grow)
    for _ in range(50):
        here.forget_first()
    assert not len(here)
