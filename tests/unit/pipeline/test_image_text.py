"""Lines in an image become running text: what goes on below is one sentence, what stands apart is another."""

from __future__ import annotations

from stream_app.pipeline.image_text import MOST_CHARACTERS, ImageLine, confidence, running_text


def line(text: str, top: float, *, left: float = 0, height: float = 20, sure: float = 0.9) -> ImageLine:
    return ImageLine(text, sure, left, top, left + 200, top + height)


def test_line_that_goes_on_below_is_joined_by_a_space() -> None:
    assert running_text([line("Apple cuts its", 0), line("iPhone forecast", 26)]) == "Apple cuts its iPhone forecast"


def test_chinese_line_goes_on_without_a_space() -> None:
    assert running_text([line("苹果下调", 0), line("出货预期", 26)]) == "苹果下调出货预期"


def test_words_beside_one_another_are_one_line_that_goes_on_below() -> None:
    row = [line("Apple", 0), line("cuts", 2, left=208), line("its", 1, left=416)]
    assert running_text([*row, line("iPhone", 26), line("forecast", 26, left=208)]) == "Apple cuts its iPhone forecast"


def test_line_far_below_beside_or_of_another_size_begins_anew() -> None:
    assert running_text([line("a", 0), line("b", 60)]) == "a\nb"
    assert running_text([line("a", 0), line("b", 0, left=300)]) == "a\nb"
    assert running_text([line("BREAKING", 0, height=40), line("b", 44)]) == "BREAKING\nb"


def test_no_line_is_no_text_and_long_text_is_cut() -> None:
    assert (running_text([]), confidence([])) == ("", 0.0)
    assert len(running_text([line("x" * 9000, 0)])) == MOST_CHARACTERS


def test_confidence_is_that_of_the_lines_by_their_length() -> None:
    assert confidence([line("xxx", 0, sure=1.0), line("x", 30, sure=0.6)]) == 0.9
