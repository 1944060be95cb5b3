"""What of a company the words say to move: what it makes, is chosen for, buys of others, or how its business goes."""

from __future__ import annotations

import pytest

from stream_app.pipeline.statements import state
from tests.stated import marked


def sides(text: str) -> list[str | None]:
    return [one.side if one else "unread" for one in state(marked(text)).entities]


@pytest.mark.parametrize(
    "text",
    [
        "<TSMC> cuts capital spending to $28 billion",
        "<Alphabet> raises capital expenditure to $93 billion",
        "<Microsoft> slashes data-centre spending",
        "<Samsung> cuts equipment purchases",
        "<Exxon> cuts drilling budget by a quarter",
        "<Intel> capex falls by a third",
        "<Apple> cuts orders for iPhone chips",
        "<Target> could slash orders from its suppliers",
        "<台积电>将资本开支下调至280亿美元",
        "<微软>大幅削减数据中心支出",
        "<苹果>削减订单",
        "<丰田>增加采购",
    ],
)
def test_what_a_company_buys_is_its_purchases(text: str) -> None:
    assert sides(text) == ["purchases"]


@pytest.mark.parametrize(
    "text",
    [
        "<Lockheed Martin> wins contract",
        "<Rheinmetall> wins record order",
        "<Airbus> lands orders for 100 jets",
        "<Ford> loses market share",
        "<中国中车>中标大单",
    ],
)
def test_what_a_company_is_chosen_for_is_demand(text: str) -> None:
    assert sides(text) == ["demand"]


@pytest.mark.parametrize(
    "text",
    [
        "<ASML> orders fall 40% short of estimates",
        "Orders at <ASML> plunge as chipmakers hesitate",
        "<Airbus> posts record orders",
        "<Peloton> sales collapse",
        "Demand for <Tesla> cars weakens",
        "<Intel> cuts its full-year forecast",
        "<HP> beats estimates",
        "<Michelin> cut its cash flow guidance for the second time this year",
        "<Suzano> raises prices",
        "<特斯拉>销量大跌",
        "<富士康>订单减少",
        "<三一重工>：9月挖掘机销量同比增长31%",
    ],
)
def test_what_a_company_sells_earns_and_charges_are_its_results(text: str) -> None:
    assert sides(text) == ["results"]


@pytest.mark.parametrize(
    "text",
    [
        "<Ford> halts production",
        "<Nissan> slashes global output by 20%",
        "Fire at <Renesas> plant",
        "<Boeing> workers go on strike",
        "<Toyota> recalls 1 million vehicles",
        "<ASML> suspends shipments",
        "<Micron> resumes output",
        "Lockdown shuts <Foxconn> plant",
        "<宁德时代>工厂停产",
        "<丰田>召回一百万辆汽车",
        "<宝钢>减产",
        "<三星>工人罢工",
        "A court ordered a stoppage at <Vale>",
    ],
)
def test_what_a_company_makes_is_supply(text: str) -> None:
    assert sides(text) == ["supply"]


def test_orders_that_one_cuts_are_demand_for_whom_they_were_placed_with() -> None:
    assert sides("<Nvidia> slashes orders for AI chips at <TSMC>")[1] == "demand"
    assert sides("<特斯拉>削减对<松下>的电池订单")[1] == "demand"
    assert sides("<AT&T> cuts spending on <network equipment:industry>") == ["purchases", "demand"]


@pytest.mark.parametrize(
    "text",
    [
        "<Google> fined $5bn by EU",
        "<Ford> shares plunge",
        "<Boeing> loses its credit rating",
        "<Fed:central_bank> cuts rates",
        "Weak demand hits <China:country>",
        "<Apple> names a chairman",
        "<谷歌>被罚款",
    ],
)
def test_else_no_side_is_said(text: str) -> None:
    assert sides(text) == [None]
