"""Which of two figures is greater is read only where a text compares them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.comparisons import comparisons

TOLD = (
    ("Operating profit totalled EUR 5.4 mn, compared to EUR 9.3 mn in the same period", "down", "9.3 mn"),
    ("Operating profit totalled EUR 9.3 mn , compared with EUR 5.4 mn in 2007 .", "up", "5.4 mn"),
    ("Earnings per share were EUR 0.42 against EUR 0.25 in the previous year", "up", "0.25"),
    ("Q3 revenue was $3.1 billion versus $4.2 billion a year earlier", "down", "billion"),
    ("The operating margin came to 7.5 % ( 5.9 % )", "up", "5.9 %"),
    ("Sales rose to EUR 10.0 mn (EUR 8.7 mn in 2006)", "up", "8.7 mn"),
    ("$XYZ Q2 EPS $0.98 vs. est. $1.05", "down", "$1.05"),
    ("$XYZ Q2 EPS $0.98, est. $1.05", "down", "$1.05"),
    ("CPI 8.6% vs. 8.3% expected", "up", "8.3%"),
    ("EPS -$0.10 vs -$0.05", "down", "$0.05"),
    ("EPS of ($0.10) vs ($0.25)", "up", "$0.25"),
    ("Cash flow amounted to EUR 45 mn compared to EUR 46 mn negative a year ago", "up", "negative"),
    ("Sales of 152.2 mn euros compared to 101.0 mn euros in 2008", "up", "euros"),
    ("Net income 14 million pounds, previously 19 million pounds", "down", "pounds"),
    ("Net income of $131 billion, where a year ago it was $66 billion", "up", "billion"),
    ("EBIT was SEK 1,234m against SEK 1,120m", "up", "1,120m"),
    ("It sold 1,200 units compared with 1,100 units", "up", "1,100"),
    ("公司前三季度净利润5.4亿元，上年同期9.3亿元", "down", "9.3亿元"),
    ("营业收入18.1亿元，去年同期为12.5亿元", "up", "12.5亿元"),
    ("中国10月CPI同比0.2%，预期0.5%，前值0.4%", "down", "0.5%"),
    # of two losses, which is the greater loss; of a loss and a profit, which is better
    ("Pretax loss totalled EUR 1.2 mn, compared to a loss of EUR 3.4 mn a year ago", "down", "3.4 mn"),
    ("Operating loss was EUR 3.4 mn compared with a profit of EUR 1.2 mn", "down", "1.2 mn"),
    ("Operating profit was EUR 3.4 mn compared with a loss of EUR 11.2 mn", "up", "3.4 mn"),
    ("The group made a net profit of EUR 2.6 mn, versus a net loss of EUR 1.1 mn", "up", "2.6 mn"),
    ("It swung to a pretax profit of NOK 93 million from a pretax loss of NOK 140 million", "up", "93 million"),
    ("A year ago it was losing EUR 3.3 mn; now it shows a profit of EUR 0.9 mn", "up", "0.9 mn"),
    ("A year ago it earned EUR 3.3 mn; now it shows a loss of EUR 0.9 mn", "down", "3.3 mn"),
    ("Last year operating profit was EUR 12.5 mn, while now it stood at EUR 8.8 mn", "down", "8.8 mn"),
    ("The result was EUR 6.4 million, while twelve months earlier it was EUR 28.1 million", "down", "28.1 million"),
    ("Turnover rose to EUR 21m from EUR 17m", "up", "17m"),
    ("The margin narrowed to 5.2 percent from 8.0 percent", "down", "8.0 percent"),
    ("Turnover abroad went from EUR 22.4 mn to EUR 17.5 mn", "down", "17.5 mn"),
    ("Earnings per share were SEK 1.05 (1.62)", "down", "1.62"),
    ("Comparable operating margin: 9.4 per cent (7.7).", "up", "7.7"),
    ("It delivered 410 units in the quarter compared to 655 units delivered a year ago", "down", "655"),
    ("Sales were EUR 5.4 mn, compared with EUR 5.4 mn", "flat", "5.4 mn"),
)
WAYS = {"rises": "up", "falls": "down", "stays": "flat"}
UNTOLD = (
    "EPS beats by $0.07, est. $1.05",
    "Shares trade at $50 vs price target of $60",
    "Shares fell 3% vs 1% drop in the index",
    "A profit of EUR 13.1 mn (USD 15 mn)",
    "Revenue of EUR 13.1 mn against 7% growth",
    "On 31 March 2010 compared with 5 days in 2009",
    "The value was EUR 5.4 mn. Compared to EUR 9.3 mn elsewhere",
    "Arsenal 2-1 against Chelsea",
    "It raised EUR 5.4 mn from investors, EUR 3 mn of it abroad",
    "It expects growth of 3% to 5%",
    "Prices range from EUR 5 to EUR 9",
    "It was founded in 1998 compared with 2003",
    "公司净利润5.4亿元，上年同期9.3万元",
    "公司净利润5.4亿元，预计明年好转",
)


@pytest.mark.parametrize(("text", "way", "end"), TOLD)
def test_compared_figures_are_told(text: str, way: str, end: str) -> None:
    (found,) = comparisons(text)
    assert WAYS[found.way] == way
    assert text[: found.at].endswith(end)


@pytest.mark.parametrize("text", UNTOLD)
def test_figures_that_are_not_compared_are_left_alone(text: str) -> None:
    assert comparisons(text) == []


def test_each_comparison_of_a_text_is_told() -> None:
    text = "$ABC Q2 EPS $0.98 vs. est. $1.05, revenue $3.6B vs. $3.4B"
    assert [(text[: one.at][-5:], one.way) for one in comparisons(text)] == [("$1.05", "falls"), ("$3.4B", "rises")]


PIECES = st.sampled_from(
    ["EUR", "$", "5.4", "9", "1,0", ".", "mn", "%", "(", ")", "vs", "compared to", "loss", "-", ",", " "]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_text_is_too_odd(text: str) -> None:
    found = comparisons(text)
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert all(0 < one.at <= len(text) for one in found)


@given(st.floats(0.01, 900), st.floats(0.01, 900))
def test_figures_that_change_places_turn_the_way(one: float, other: float) -> None:
    ways = [comparisons(f"Sales were EUR {a:.2f} mn vs EUR {b:.2f} mn") for a, b in ((one, other), (other, one))]
    (first,), (second,) = ways
    assert (first.way, second.way) in {("rises", "falls"), ("falls", "rises"), ("stays", "stays")}
