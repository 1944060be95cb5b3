"""What Chinese news is about: the kinds of FinNL, the risk events of FinESE, and the topics that they amount to."""

from __future__ import annotations

from stream_app.pipeline.tensors import RISK_TYPES

POST = "post"
KINDS = {
    "公司": "company",
    "新冠": "epidemic",
    "经济": "economy",
    "行业": "industry",
    "大盘": "market",
    "政策": "policy",
    "政治": "politics",
    "期货": "futures",
    "能源": "energy",
    "债券": "bonds",
    "房地产": "real_estate",
    "虚拟货币": "crypto",
    "外汇": "currencies",
}
"""FinNL's kinds; its regions (中国, 外国, 国际) are no kinds."""

ALL_KINDS = (*KINDS.values(), POST)
"""The classes of the head; posts of a share's forum are a kind of their own."""

TOPIC_OF_KIND = {
    "company": "company_product_news",
    "epidemic": "general_news",
    "economy": "macro",
    "industry": "company_product_news",
    "market": "markets",
    "policy": "legal_regulation",
    "politics": "politics",
    "futures": "gold_metals_materials",
    "energy": "energy_oil",
    "bonds": "treasuries_corporate_debt",
    "real_estate": "macro",
    "crypto": "currencies",
    "currencies": "currencies",
    POST: "stock_commentary",
}

RISK_OF = dict(
    zip(
        (
            "其他 信批违规 实控人股东变更 交易违规 不能履职 涉嫌非法集资 重组失败 评级调整 业绩下滑 财务造假 涉嫌传销"
            " 涉嫌违法 资金账户风险 涉嫌欺诈 高管负面 资产负面 投诉维权 产品违规 提现困难 失联跑路 歇业停业 公司股市异常"
        ).split(),
        RISK_TYPES,
        strict=True,
    )
)
"""FinESE's types by the names that events bear."""

_LAW = "legal_regulation"
TOPIC_OF_RISK = {
    "disclosure_violation": _LAW,
    "control_change": "mergers_acquisitions",
    "trading_violation": _LAW,
    "officer_unable_to_serve": "personnel_change",
    "illegal_fundraising": _LAW,
    "failed_restructuring": "mergers_acquisitions",
    "rating_change": "analyst_update",
    "earnings_fall": "earnings",
    "financial_fraud": _LAW,
    "pyramid_scheme": _LAW,
    "suspected_crime": _LAW,
    "account_risk": "financials",
    "suspected_fraud": _LAW,
    "officer_misconduct": "personnel_change",
    "asset_impairment": "financials",
    "customer_complaints": "company_product_news",
    "product_violation": _LAW,
    "withdrawal_trouble": "financials",
    "operator_absconded": _LAW,
    "business_closure": "company_product_news",
    "abnormal_trading": "stock_movement",
}
