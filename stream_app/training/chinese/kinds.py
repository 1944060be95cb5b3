"""What Chinese news is about: the kinds of FinNL, the risk events of FinESE, and the topics that they amount to."""

from __future__ import annotations

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

RISK_OF = {
    "其他": "none",
    "信批违规": "disclosure_violation",
    "实控人股东变更": "control_change",
    "交易违规": "trading_violation",
    "不能履职": "officer_unable_to_serve",
    "涉嫌非法集资": "illegal_fundraising",
    "重组失败": "failed_restructuring",
    "评级调整": "rating_change",
    "业绩下滑": "earnings_fall",
    "财务造假": "financial_fraud",
    "涉嫌传销": "pyramid_scheme",
    "涉嫌违法": "suspected_crime",
    "资金账户风险": "account_risk",
    "涉嫌欺诈": "suspected_fraud",
    "高管负面": "officer_misconduct",
    "资产负面": "asset_impairment",
    "投诉维权": "customer_complaints",
    "产品违规": "product_violation",
    "提现困难": "withdrawal_trouble",
    "失联跑路": "operator_absconded",
    "歇业停业": "business_closure",
    "公司股市异常": "abnormal_trading",
}
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
