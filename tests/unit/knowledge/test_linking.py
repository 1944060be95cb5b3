"""What the linker makes of headlines: one row a claim. `=` in front of an id: that and nothing else."""

from __future__ import annotations

import pytest

from stream_app.knowledge.linking import Linker

APPLE, TARGET, VISA, FORD = "company:apple", "company:target", "company:visa", "company:ford"


def linked(linker: Linker, text: str, *symbols: str) -> set[str]:
    return {found.entity.id for found in linker.link([("title", text)], symbols)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Apple shares rise", {APPLE}),
        ("apple prices rise", set()),
        ("Apple pie prices rise ahead of Thanksgiving", set()),
        ("Apple's iPhone sales beat expectations", {APPLE, "product:iphone"}),
        ("Boeing-made jets grounded", {"company:boeing"}),
        ("Meta-analysis shows that the drug works", set()),
        ("Meta lays off 10,000 workers", {"company:meta-platforms"}),
        ("Fires in the Amazon rainforest spread", set()),
        ("Deforestation in the Amazon hits a record", set()),
        ("Amazon raises pay for warehouse workers", {"company:amazon"}),
        ("They had to ford the river", set()),
        ("Ford recalls 300,000 cars", {FORD}),
        ("Harrison Ford injured on set", set()),
        ("Oracle of Omaha speaks", {"person:warren-buffett"}),
        ("Oracle beats estimates", {"company:oracle"}),
        ("Target raises full-year forecast", {TARGET}),
        ("Target price raised to $50", set()),
        ("The target was missed", set()),
        ("Visa delays hit Indian students", set()),
        ("Visa and Mastercard settle lawsuit", {VISA, "company:mastercard"}),
        ("Gap between rich and poor widens", set()),
        ("Gap shares jump after earnings beat", {"company:gap"}),
        ("Shell companies used to launder money", set()),
        ("Shell profit doubles on oil prices", {"company:shell", "commodity:crude-oil"}),
        ("Orange juice futures climb", {"commodity:orange-juice"}),
        ("Delta variant spreads", set()),
        ("Georgia senator wins runoff", set()),
        ("Apple Hospitality REIT declares dividend", {"company:apple-hospitality-reit"}),
        ("Delta Electronics opens plant", {"company:delta-electronics"}),
        ("Delta Insurance opens office", set()),
        ("Google parent Alphabet rises", {"company:alphabet"}),
        ("Facebook and P&G cut costs", {"company:meta-platforms", "company:procter-and-gamble"}),
        ("GM and AMD gain, TSMC slips", {"company:general-motors", "company:amd", "company:tsmc"}),
        ("JPMorgan, J.P. Morgan and JP Morgan", {"company:jpmorgan-chase"}),
        ("Fed holds, ECB waits", {"central_bank:federal-reserve", "central_bank:european-central-bank"}),
        ("He fed the cat", set()),
        ("tesla stock is going up", {"company:tesla"}),
        ("TESLA SURGES AS OIL FALLS", {"company:tesla", "commodity:crude-oil"}),
        ("Walkout empties Tesco Group supermarkets", {"company:tesco"}),
        ("JBS shuts its slaughterhouses", {"company:jbs"}),
        ("Supermarkets fall after price probe", {"industry:food-retail"}),
        ("Uranium spot price hits a record", {"commodity:uranium"}),
        ("Miners walk out in Chile", {"country:cl"}),
        ("Miners rally after rout", {"industry:metals-mining"}),
        ("平抑国内食用油价格", set()),
        ("国际油价大涨", {"commodity:crude-oil"}),
    ],
)
def test_names_follow_case_words_and_context(linker: Linker, text: str, expected: set[str]) -> None:
    assert linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Duty on Japanese and Korean vehicles", {"industry:japanese-carmakers", "industry:south-korean-carmakers"}),
        (
            "Tariff on cars from Japan and South Korea.",
            {"industry:japanese-carmakers", "industry:south-korean-carmakers"},
        ),
        (
            "Japanese, German, and Korean carmakers cut output",
            {"industry:japanese-carmakers", "industry:german-carmakers", "industry:south-korean-carmakers"},
        ),
        ("US and European banks fall", {"industry:big-us-banks", "industry:european-banks"}),
        ("Ford and Japanese carmakers", {FORD, "industry:japanese-carmakers"}),
        ("Cars from Japan and France's wine", {"industry:japanese-carmakers", "country:fr"}),
        ("Bank of America and Canada", {"company:bank-of-america", "country:ca"}),
    ],
)
def test_names_in_a_list_share_words(linker: Linker, text: str, expected: set[str]) -> None:
    assert linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Murata and Hershey gain", {"company:murata-manufacturing", "company:hershey"}),
        ("Eni and Repsol swap stakes", {"company:eni", "company:repsol"}),
        ("Akamai, Gartner and Medtronic slip", {"company:akamai-technologies", "company:gartner", "company:medtronic"}),
        ("Lilly, Deere and Schwab rise", {"company:eli-lilly", "company:deere", "company:charles-schwab"}),
        ("Colgate and Kellogg raise prices", {"company:colgate-palmolive", "company:kellanova"}),
        ("Siemens Energy and E.ON fall", {"company:siemens-energy", "company:e-on"}),
        ("BAE, Burberry and Swiss Re", {"company:bae-systems", "company:burberry", "company:swiss-reinsurance"}),
        ("Best Buy cuts forecast", {"company:best-buy"}),
        ("3 Best Buy Stocks for 2020", set()),
        ("Continental to close tyre plant in Hanover", {"company:continental"}),
        ("Continental breakfast is served", set()),
        ("Compass in hand, they walked on", set()),
        ("村田、太阳诱电和好时", {"company:murata-manufacturing", "company:taiyo-yuden", "company:hershey"}),
        ("东京电子与村田制作所", {"company:tokyo-electron", "company:murata-manufacturing"}),
    ],
)
def test_companies_are_known_by_the_names_of_headlines(linker: Linker, text: str, expected: set[str]) -> None:
    assert linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Abercrombie & Fitch sees slower growth", {"company:abercrombie-and-fitch"}),
        ("Bolton & Fitch sees slower growth", set()),
        ("Apple & Fitch agree", {APPLE, "company:fitch"}),
        ("Samsung Electro-Mechanics gains", {"company:samsung-electro-mechanics"}),
        ("LG Display loses money", {"company:lg-display"}),
        ("Panasonic Display loses money", set()),
        ("NEW ALBANY. Sales grew", set()),
        ("ST. HERSHEY, Pa. (AP) - The town voted", set()),
        ("Dover, Delaware, votes", set()),
        ("Shawn B. Pearson resigns", set()),
        ("The largest U.S. oil producer", {"country:us", "commodity:crude-oil"}),
        ("TSLA AND BOEING FALL - SOURCES", {"company:tesla", "company:boeing"}),
        ("S&P raises outlook on Spain to positive", {"company:sp-global", "country:es"}),
        ("S&P closes at a record", {"index:s-and-p-500"}),
    ],
)
def test_a_part_of_a_longer_name_is_not_what_it_names_elsewhere(linker: Linker, text: str, expected: set[str]) -> None:
    assert linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IT IS ALL ON NOW", set()),
        ("We got ALL of IT NOW, it is ON and LOW KEY", set()),
        ("$ON and $ALL gain", {"company:on-semiconductor", "company:allstate"}),
        ("$aapl to the moon", {APPLE}),
        ("AAPL up 3%", {APPLE}),
        ("(NASDAQ: ON) beats", {"company:on-semiconductor"}),
        ("NYSE:F reports", {FORD}),
        ("Onsemi (ON) beats estimates", {"company:on-semiconductor"}),
        ("US0378331005 was added", {APPLE}),
        ("The XNAS:ZZZZ and NASDAQ:QQQZ listings", set()),
        ("CAT scans and a KEY meeting", set()),
        ("TSLA SURGES ON EARNINGS", {"company:tesla"}),
        ("CEO of the UN on TV", set()),
        ("EUR/USD and USDJPY slip", {"currency:eur", "currency:usd", "currency:jpy"}),
        ("Costs were $3M", set()),
        ("see https://example.com/Apple/TSLA for more", set()),
        ("0700.HK falls", {"company:tencent"}),
        ("$BTC and $ETH slide", {"currency:bitcoin", "currency:ethereum"}),
        ("$AZN rises", {"company:astrazeneca"}),
        ("GOLD hits a record", {"commodity:gold"}),
        ("Airbus (AIR) falls", {"company:airbus"}),
    ],
)
def test_tickers_are_read_only_where_they_are_meant(linker: Linker, text: str, expected: set[str]) -> None:
    assert linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("苹果公司和特斯拉领涨", {APPLE, "company:tesla"}),
        ("美联储加息", {"central_bank:federal-reserve", "macro_indicator:interest-rate"}),
        ("欧洲央行与中国人民银行", {"central_bank:european-central-bank", "central_bank:peoples-bank-of-china"}),
        ("我用Apple手机", {APPLE}),
        ("阿里巴巴BABA大涨", {"company:alibaba"}),
        ("贵州茅台(600519)跌", {"company:kweichow-moutai"}),
        ("腾讯控股(00700.HK)回购", {"company:tencent"}),
        ("高通胀持续", {"macro_indicator:inflation"}),
        ("高通发布新芯片", {"company:qualcomm"}),
        ("大力拓展业务", set()),
        ("内蒙古煤炭", {"commodity:coal"}),
        ("公司今日立案调查", set()),
        ("小Applecart车", set()),
        ("宁德时代与比亚迪", {"company:catl", "company:byd"}),
    ],
)
def test_chinese_is_linked_without_word_boundaries(linker: Linker, text: str, expected: set[str]) -> None:
    assert linked(linker, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Google pays 4.3 bln euros", {"company:alphabet"}),
        ("Apple spends billions of dollars", {APPLE}),
        ("Apple posts EUR 1.2bn gain", {APPLE}),
        ("苹果支付57亿美元", {APPLE}),
        ("铁矿石跌破每吨80美元", {"commodity:iron-ore"}),
        ("Dollar climbs to 155 yen", {"currency:usd", "currency:jpy"}),
        ("Yen slides past 168 per dollar", {"currency:usd", "currency:jpy"}),
        ("Euro gains as dollar falls", {"currency:eur", "currency:usd"}),
    ],
)
def test_a_currency_that_counts_money_is_no_subject(linker: Linker, text: str, expected: set[str]) -> None:
    assert linked(linker, text) == expected


def test_symbols_of_the_document_are_linked_with_offsets_in_the_joined_field(linker: Linker) -> None:
    symbols = ("AAPL", "nonsense", "NASDAQ:TSLA", "0700.HK")
    found = linker.link([("title", "Tech news")], symbols)
    joined = " ".join(symbols)
    assert [one.entity.id for one in found] == [APPLE, "company:tesla", "company:tencent"]
    for one in found:
        assert [(mention.field, joined[mention.start : mention.end]) for mention in one.mentions] == [
            ("symbols", mention.text) for mention in one.mentions
        ]


@pytest.mark.parametrize(
    ("text", "symbol", "expected"),
    [
        ("Airbus drifts lower", "AIR", "company:airbus"),
        ("Shares drift lower", "AIR", "company:aar"),
        ("Merck KGaA grows", "MRK", "company:merck-de"),
        ("Down again", "BTC", "currency:bitcoin"),
    ],
)
def test_of_companies_with_one_ticker_a_symbol_means_the_one_in_the_text(
    linker: Linker, text: str, symbol: str, expected: str
) -> None:
    assert linked(linker, text, symbol) == {expected}


def test_symbols_bear_out_ambiguous_names(linker: Linker) -> None:
    assert TARGET not in linked(linker, "Target for next year")
    assert TARGET in linked(linker, "Target for next year", "TGT")


def test_a_surname_is_linked_once_the_full_name_has_been(linker: Linker) -> None:
    fields = [("title", "Microsoft's week"), ("body", "Brad Smith spoke. Smith said that smith is a trade.")]
    smith = next(one for one in linker.link(fields) if one.entity.id == "person:brad-smith")
    assert [(mention.text, mention.start) for mention in smith.mentions] == [("Brad Smith", 0), ("Smith", 18)]
    assert linked(linker, "Smith said that smith is a trade") == set()


def test_an_ambiguous_name_takes_the_candidate_that_the_document_bears_out(linker: Linker) -> None:
    assert linked(linker, "Merck KGaA of Darmstadt grows; Merck raises outlook") == {"company:merck-de"}
    assert linked(linker, "Merck and Pfizer get FDA approval") >= {"company:merck-us"}


def test_a_name_with_two_equal_candidates_and_no_context_is_linked_to_neither(linker: Linker) -> None:
    assert linked(linker, "The word Prudential") == set()
    assert linked(linker, "Prudential plc reports") == {"company:prudential-plc"}


def test_entities_come_in_the_order_of_their_first_mention(linker: Linker) -> None:
    found = linker.link([("title", "Tesla and Apple"), ("body", "Apple, Boeing, Tesla")])
    assert [one.entity.id for one in found] == ["company:tesla", APPLE, "company:boeing"]
    assert [mention.field for mention in found[0].mentions] == ["title", "body"]


def test_context_raises_the_confidence(linker: Linker) -> None:
    def confidence(text: str) -> float:
        return next(one.confidence for one in linker.link([("title", text)]) if one.entity.id == TARGET)

    weak, strong = (
        confidence("Target raises forecast"),
        confidence("Target, Walmart and Costco raise forecasts; Target shares rise"),
    )
    assert 0.5 <= weak < strong <= 1.0
