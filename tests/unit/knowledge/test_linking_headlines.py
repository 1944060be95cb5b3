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
