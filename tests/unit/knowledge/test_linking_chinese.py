"""What short Chinese names mean, which are parts of other words or words themselves: one row a claim."""

from __future__ import annotations

import pytest

from stream_app.knowledge.linking import Linker


def _linked(linker: Linker, text: str) -> set[str]:
    return {found.entity.id for found in linker.link([("title", text)])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("华虹公司涨停", {"company:hua-hong"}),
        ("平安好医生扭亏", {"company:ping-an-doctor"}),
        ("长安、比亚迪销量", {"company:changan", "company:byd"}),
        ("长安街夜景灯光调整", set()),
        ("美的、格力业绩", {"company:midea", "company:gree"}),
        ("这是今年最美的一天，格力涨停", {"company:gree"}),
        ("三星堆遗址新发现", set()),
        ("中国银行间债券市场", set()),
        ("小米汽车交付", {"company:xiaomi"}),
        ("淘宝闪购上线", {"product:taobao-instant-commerce"}),
        ("国家统计局公布数据", {"organisation:nbs-cn"}),
        ("国资委开会", {"organisation:sasac-cn"}),
        ("宁夏国资委开会", set()),
        ("魏建军谈长城汽车", {"person:wei-jianjun", "company:great-wall-motor"}),
        ("高瓴接盘", {"company:hillhouse"}),
    ],
)
def test_short_names_are_those_of_companies_bodies_and_people(linker: Linker, text: str, expected: set[str]) -> None:
    assert _linked(linker, text) == expected
