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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("烟台苹果价格上涨，果农惜售", set()),
        ("苹果下调产量", {"company:apple"}),
        ("小米手机销量增长", {"company:xiaomi"}),
        ("甲骨文盘后跌11%", {"company:oracle"}),
        ("安阳甲骨文展览开幕", set()),
        ("中国石油公布业绩", {"company:petrochina"}),
        ("中国石油业绩增长", {"company:petrochina"}),
        ("中国移动业务增长", {"company:china-mobile"}),
        ("中国平安支付赔款", {"company:ping-an"}),
        ("中国核电站上年线", {"company:cn-601985"}),
        ("中国电影股价大涨", {"company:cn-600977"}),
    ],
)
def test_words_of_the_field_decide_what_a_chinese_name_means(linker: Linker, text: str, expected: set[str]) -> None:
    assert _linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("中国石油进口量环比下降", "company:petrochina"),
        ("中国移动支付用户增长", "company:china-mobile"),
        ("中国电信诈骗案件下降", "company:china-telecom"),
        ("中国核电站并网", "company:cn-601985"),
        ("中国软件行业收入", "company:cn-600536"),
        ("中国建筑业PMI回升", "company:cn-601668"),
        ("中国动力电池装机量", "company:cn-600482"),
        ("中国电影票房破纪录", "company:cn-600977"),
        ("今年小米、玉米丰收", "company:xiaomi"),
        ("水果批发价：苹果、香蕉上涨", "company:apple"),
    ],
)
def test_a_field_of_chinas_economy_is_no_company(linker: Linker, text: str, company: str) -> None:
    assert company not in _linked(linker, text)
