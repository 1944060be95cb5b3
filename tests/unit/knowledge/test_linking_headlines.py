"""What headlines in capitals, with codes and with sums of money name: one row a claim."""

from __future__ import annotations

import pytest

from stream_app.knowledge.linking import Linker

_AMD = "company:amd"


def _linked(linker: Linker, text: str) -> set[str]:
    return {found.entity.id for found in linker.link([("title", text)])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ECB CUTS RATES BY 25 BPS, SIGNALS PAUSE", {"central_bank:european-central-bank"}),
        ("SEC SUES BINANCE OVER LISTINGS", {"organisation:sec-us", "company:binance"}),
        ("EU FINES GOOGLE $3.45 BLN", {"organisation:european-union", "company:alphabet"}),
        ("IMF RAISES 2026 GLOBAL GROWTH FORECAST", {"organisation:imf"}),
        ("UAE LEAVES OPEC QUOTA DEAL", {"country:ae", "organisation:opec"}),
        ("VIX JUMPS ABOVE 25", {"index:vix"}),
        ("AMD BEATS ESTIMATES", {_AMD}),
        ("IT IS WHAT IT IS, ALL IN ON US", set()),
    ],
)
def test_codes_that_are_no_words_are_read_in_capitals(linker: Linker, text: str, expected: set[str]) -> None:
    assert _linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$VIX over 25", {"index:vix"}),
        ("$USA $SCHX down", set()),
        ("Consumer prices (CPI) rose", {"macro_indicator:cpi"}),
        ("First Republic Bank (FRC) reports", {"company:first-republic-bank"}),
        ("Advanced Micro Devices (AMD) rises", {_AMD}),
    ],
)
def test_a_code_in_brackets_or_behind_a_dollar_sign_is_what_it_is_elsewhere(
    linker: Linker, text: str, expected: set[str]
) -> None:
    assert _linked(linker, text) - {"macro_indicator:inflation"} == expected


def test_a_quarter_behind_a_name_is_the_companys(linker: Linker) -> None:
    assert "company:visa" in _linked(linker, "VISA 4Q NET REV. $10.7B")
    assert "company:shell" in _linked(linker, "SHELL 3Q PROFIT BEATS")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Toyota to invest US$5 billion", {"company:toyota"}),
        ("Tencent rises to HK$640", {"company:tencent"}),
        ("$CL_F up 3%", set()),
        ("英伟达市值突破5万亿美元", {"company:nvidia"}),
    ],
)
def test_the_sign_of_a_currency_or_contract_names_no_country_or_company(
    linker: Linker, text: str, expected: set[str]
) -> None:
    assert _linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Treasury says it will cut auctions", {"organisation:treasury-us"}),
        ("US Treasury to sell $125 billion", {"organisation:treasury-us"}),
        ("Treasury Secretary Bessent speaks", {"organisation:treasury-us", "person:scott-bessent"}),
        ("Treasury yields rise", {"macro_indicator:treasury-yield"}),
        ("Australia's Treasury says so", {"country:au"}),
        ("Company to buy back Treasury shares", set()),
        ("soy prices climb", {"commodity:soybeans"}),
        ("soy milk maker", set()),
        ("kiwi falls after RBNZ speaks", {"currency:nzd", "central_bank:reserve-bank-of-new-zealand"}),
        ("kiwi orchards flooded", set()),
        ("Unity shares surge", {"company:unity"}),
        ("No Unity in Sight for Europe", set()),
        ("Rolls-Royce Motor Cars cuts output", {"product:rolls-royce-motor-cars"}),
        ("SNB's Schlegel speaks", {"central_bank:swiss-national-bank", "person:martin-schlegel"}),
        ("BOJ's Himino speaks", {"central_bank:bank-of-japan", "person:ryozo-himino"}),
        ("Fed Governor Waller speaks", {"central_bank:federal-reserve", "person:christopher-waller"}),
        ("Host Hotels raises guidance", {"company:host-hotels-and-resorts"}),
        ("Wells Fargo freed from Fed asset cap", {"company:wells-fargo", "central_bank:federal-reserve"}),
    ],
)
def test_bodies_goods_and_people_are_known_by_their_short_names(linker: Linker, text: str, expected: set[str]) -> None:
    assert _linked(linker, text) == expected
