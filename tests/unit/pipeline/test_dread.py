"""Of what is dreaded there is more where a text names a ban or a storm; of all else there is less."""

from __future__ import annotations

import pytest

from stream_app.pipeline.statements.dread import is_dreaded


@pytest.mark.parametrize(
    "name", ["Bank Tax", "Power Rationing", "Steel and Aluminium Tariffs", "Pandemic", "US Debt Ceiling Risk"]
)
def test_more_of_it_is_bad(name: str) -> None:
    assert is_dreaded(name)


@pytest.mark.parametrize(
    "name", ["Chilean Power Supply", "Bank Loans", "Tariff Refunds", "Thai Factories", "Hainan Duty Free"]
)
def test_more_of_it_is_not(name: str) -> None:
    assert not is_dreaded(name)
