"""Documents in a language that the model cannot read are told from English ones; a doubt is decided for English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.language import language_of, why_unread
from tests.factories import document, linked

ENGLISH = (
    "Apple raises its outlook after strong demand",
    "MMTC Q2 net loss at Rs 10.4 crore",
    "Deutsche Bank cut to sell",
    "Nestlé profit up 5%",
    "Banco Santander shares surge",
    "Volkswagen, Renault, Stellantis: who wins?",
    "$AAPL $TSLA 🚀🚀🚀",
    "Ping An Insurance (中国平安) posts record profit",
    "JAPAN (JUN) PPI (YOY) ACTUAL: 9.2% VS 9.1% PREVIOUS",
    "5.08",
    "Continental recalls brake systems, carmakers stop deliveries",
)
NAMED = (
    ("Regulator probes Deutsche Bank over sales practices", ("Deutsche Bank",)),
    ("Tribunal fines Banca Monte dei Paschi di Siena", ("Banca Monte dei Paschi di Siena",)),
    ("Crédit Agricole snubs Société Générale", ("Crédit Agricole", "Société Générale")),
)
FOREIGN = (
    ("de", "Die Europäische Zentralbank lässt die Zinsen unverändert"),
    ("de", "Deutsche Bank streicht 3.500 Stellen"),
    ("fr", "Renault annonce une hausse de son bénéfice net"),
    ("es", "El petróleo sube por tensiones en Oriente Medio"),
    ("it", "La BCE lascia i tassi invariati"),
    ("pt", "Vale reduz produção de minério de ferro"),
    ("nl", "ASML verhoogt verwachting voor dit jaar"),
    ("zh", "宁德时代宣布回购股份"),
    ("zh", "SASA聚酯选用英威达PTA技术"),
    ("ja", "トヨタ自動車が業績予想を上方修正"),
    ("ko", "삼성전자 2분기 영업이익 증가"),
    ("ru", "Газпром сократил добычу газа"),
    ("ar", "أرامكو ترفع الأسعار"),
    ("hi", "रिलायंस का मुनाफा बढ़ा"),
)


@pytest.mark.parametrize("text", ENGLISH)
@pytest.mark.parametrize("given_language", [None, "en"])
def test_english_headlines_are_english(text: str, given_language: str | None) -> None:
    assert language_of(linked(document(title=text, lang=given_language))) == "en"


@pytest.mark.parametrize(("text", "names"), NAMED)
@pytest.mark.parametrize("given_language", [None, "en"])
def test_names_do_not_make_a_text_foreign(text: str, names: tuple[str, ...], given_language: str | None) -> None:
    found = linked(document(title=text, lang=given_language), **dict(zip("ab", names, strict=False)))
    assert language_of(found) == "en"


def test_producer_is_believed_where_the_words_leave_a_doubt() -> None:
    assert language_of(linked(document(title="Embraer fecha contrato", lang="pt"), embraer="Embraer")) == "pt"


@pytest.mark.parametrize(("language", "text"), FOREIGN)
@pytest.mark.parametrize("marked", [None, "en"])
def test_what_is_foreign_stays_so_whatever_it_is_marked(language: str, text: str, marked: str | None) -> None:
    assert language_of(linked(document(title=text, lang=marked))) == language


def test_script_leaves_the_choice_among_its_languages_to_the_producer() -> None:
    assert language_of(linked(document(title="Нафтогаз збільшив видобуток", lang="uk"))) == "uk"


def test_english_text_that_is_marked_foreign_is_english() -> None:
    assert language_of(linked(document(lang="de"))) == "en"


def test_text_without_words_is_in_the_language_that_it_is_marked() -> None:
    assert language_of(linked(document(title="$SAP 🚀", lang="de"))) == "de"


def test_body_counts_as_well_as_the_title() -> None:
    body = "Das Unternehmen teilte am Montag mit, dass der Umsatz nicht gestiegen ist und die Prognose gesenkt wird."
    assert language_of(linked(document(title="Siemens", body=body))) == "de"


def test_reason_names_the_language_and_the_model() -> None:
    reason = why_unread(linked(document(title="宁德时代宣布回购股份")), {"en"}, "fusion-1")
    assert reason == "language zh is not read by model fusion-1"
    assert why_unread(linked(document()), {"en"}, "fusion-1") is None
    assert why_unread(linked(document(title="宁德时代宣布回购股份")), {"en", "zh"}, "fusion-2") is None


@given(st.text(), st.none() | st.sampled_from(["en", "de", "zh"]))
def test_any_text_has_one_language(text: str, lang: str | None) -> None:
    found = language_of(linked(document(title=text, lang=lang)))
    assert found == language_of(linked(document(title=text, lang=lang)))
    assert len(found) in {2, 3}
