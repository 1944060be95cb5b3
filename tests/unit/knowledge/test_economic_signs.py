"""Well-known chains of cause and effect: the shipped graph carries them, with the sign that any desk would give.

A plus says that the second quantity moves with the first: fortunes of companies and industries, prices of
commodities, values of currencies, policy rates of central banks, levels of indicators, economies of countries.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pytest

from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.paths import Step, steps_in_force, strongest_paths

_HOPS = 2
_NOW = "2024-06-01"

CHAINS = """
+ company:tsmc company:apple
+ company:tsmc company:nvidia
+ company:tsmc company:amd
+ company:tsmc company:qualcomm
+ company:foxconn company:apple
+ company:apple company:foxconn
+ company:apple company:skyworks-solutions
+ company:asml company:tsmc
+ company:asml company:intel
+ company:sk-hynix company:nvidia
+ company:spirit-aerosystems company:boeing
+ company:boeing company:spirit-aerosystems
+ company:boeing company:southwest-airlines
- company:boeing company:airbus
+ company:raytheon company:indigo
+ company:rolls-royce company:airbus
+ company:safran company:boeing
+ company:catl company:tesla
+ company:lg-energy-solution company:general-motors
+ company:panasonic company:tesla
+ company:bosch company:volkswagen
+ company:denso company:toyota
+ company:tesla company:tuopu
- commodity:crude-oil industry:airlines
- commodity:crude-oil company:delta-air-lines
+ commodity:crude-oil company:exxonmobil
- organisation:opec commodity:crude-oil
- organisation:opec industry:oil-gas
+ organisation:opec industry:airlines
- country:cl commodity:copper
+ commodity:copper company:freeport-mcmoran
- company:codelco commodity:copper
- commodity:cocoa company:hershey
- country:ci commodity:cocoa
- commodity:lithium company:tesla
+ commodity:lithium company:albemarle
- commodity:natural-gas company:basf
- country:ru commodity:natural-gas
- commodity:iron-ore company:posco
+ commodity:iron-ore company:rio-tinto
+ commodity:steel company:nucor
- commodity:steel industry:automobiles
+ central_bank:federal-reserve currency:usd
- central_bank:federal-reserve industry:homebuilding
- central_bank:federal-reserve company:lennar
- central_bank:federal-reserve industry:real-estate
+ central_bank:federal-reserve industry:banks
- central_bank:federal-reserve commodity:gold
+ central_bank:european-central-bank currency:eur
+ central_bank:bank-of-japan currency:jpy
- central_bank:bank-of-japan index:nikkei-225
+ central_bank:bank-of-england currency:gbp
- currency:jpy company:toyota
- currency:usd currency:eur
+ macro_indicator:cpi central_bank:federal-reserve
- macro_indicator:unemployment industry:retail
+ country:us country:mx
+ country:cn company:lvmh
+ country:cn company:fortescue
+ company:volkswagen company:audi
+ company:audi company:volkswagen
+ company:evergrande company:country-garden
+ company:credit-suisse company:ubs
+ company:arm company:softbank
+ company:adani-group company:adani-ports
+ company:alphabet company:palo-alto-networks
+ company:walmart company:tyson-foods
+ company:catalent company:novo-nordisk
- company:ford company:general-motors
- organisation:uaw company:general-motors
+ currency:bitcoin company:coinbase
"""


@pytest.fixture(scope="module")
def steps_at(graph: KnowledgeGraph) -> Callable[[str], list[Step]]:
    """What carried a shock on a day; each day is looked up once."""
    return cache(lambda day: list(steps_in_force(graph.dependences, datetime.fromisoformat(day).replace(tzinfo=UTC))))


@pytest.mark.parametrize("line", CHAINS.split("\n")[1:-1])
def test_the_strongest_path_has_the_known_sign(steps_at: Callable[[str], list[Step]], line: str) -> None:
    sign, start, end = line.split()
    steps = steps_at("2023-03-01" if "credit-suisse" in start else _NOW)
    best = strongest_paths(steps, start, end=end, hops=_HOPS, most=1)
    assert best, f"nothing leads from {start} to {end}"
    assert (best[0].strength > 0) is (sign == "+")


@pytest.mark.parametrize(
    ("start", "end", "before", "after"),
    [
        ("company:gazprom", "company:uniper", "2021-06-01", "2023-06-01"),
        ("company:takata", "company:honda", "2015-06-01", "2020-06-01"),
        ("company:gt-advanced", "company:apple", "2014-06-01", "2016-06-01"),
    ],
)
def test_what_has_ended_carries_nothing_any_more(
    steps_at: Callable[[str], list[Step]], start: str, end: str, before: str, after: str
) -> None:
    for moment, expected in ((before, True), (after, False)):
        assert bool(strongest_paths(steps_at(moment), start, end=end, hops=1, most=1)) is expected


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("company:catl", "company:tesla"),
        ("company:openai", "company:microsoft"),
        ("company:nvidia", "company:coreweave"),
        ("company:tsmc", "company:intel"),
    ],
)
def test_2015_does_not_know_what_came_later(steps_at: Callable[[str], list[Step]], start: str, end: str) -> None:
    assert strongest_paths(steps_at("2015-06-01"), start, end=end, hops=1, most=1) == []
