"""What holds of linking for every text: it never raises, offsets are exact, order does not matter, time is linear."""

from __future__ import annotations

import gc
import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph, make_graph
from stream_app.knowledge.linking import Linker
from stream_app.knowledge.linking.folding import fold
from stream_app.knowledge.linking.spans import Form, Span, longest

_PIECES = st.sampled_from(
    [
        "Apple",
        "apple",
        "APPLE",
        "Target",
        "$AAPL",
        "AAPL",
        "(ON)",
        "IT",
        "the",
        "Fed",
        "美联储",
        "苹果公司",
        "高通胀",
        "NASDAQ:TSLA",
        "EUR/USD",
        "Meta",
        "-analysis",
        "'s\n",
        "",
        "",
        "",
        "https://x.co/Tesla",
        "Brad",
        "Smith",
        "İ",
        "ß",
        "ﬁ",
        "�",
        "😀",
        "Ｔｅｓｌａ",
        ".",
        ",",
        "\n",
        "Georgia",
        "Gold",
        "oil",
        "Visa",
        "raises",
        "shares",
        "600519",
        "(600519)",
        "US0378331005\n",
        "",
        "",
        "",
        "Merck",
        "Prudential",
        "S&P",
        "500",
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(_PIECES, max_size=20).map(" ".join),
    st.lists(_PIECES, max_size=20).map("".join),
)


@settings(max_examples=150)
@given(title=TEXTS, body=TEXTS, symbols=st.lists(TEXTS, max_size=3))
def test_any_text_is_linked_with_exact_offsets(linker: Linker, title: str, body: str, symbols: list[str]) -> None:
    texts = {"title": title, "body": body, "symbols": " ".join(symbols)}
    found = linker.link([("title", title), ("body", body)], symbols)
    assert len({one.entity.id for one in found}) == len(found)
    for one in found:
        assert 0.5 <= one.confidence <= 1.0
        assert one.mentions
        for mention in one.mentions:
            assert texts[mention.field][mention.start : mention.end] == mention.text


@settings(max_examples=100)
@given(text=TEXTS)
def test_mentions_in_a_field_never_overlap(linker: Linker, text: str) -> None:
    places = sorted((m.start, m.end) for one in linker.link([("title", text)]) for m in one.mentions)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


@settings(max_examples=100)
@given(text=st.text(st.characters(exclude_categories=())))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


def _small_graph(order: random.Random) -> KnowledgeGraph:
    names = ["Apple", "Apple Bank", "Bank of Apple", "Target", "Merck", "gold", "Gold Bank"]
    entities = [Entity(f"company:{number}", EntityKind.COMPANY, name) for number, name in enumerate(names)]
    aliases = [Alias(one.name, one.id, AliasStyle.NAME, 0.6) for one in entities]
    aliases += [Alias("Merck", "company:0", AliasStyle.NAME, 0.3), Alias("gold", "company:5", AliasStyle.WORD, 0.9)]
    aliases += [Alias("Apple pie", None, AliasStyle.WORD, 1.0), Alias("TGT", "company:3", AliasStyle.TICKER, 0.6)]
    order.shuffle(entities)
    order.shuffle(aliases)
    return make_graph(entities, aliases, relations=[])


@settings(max_examples=25)
@given(
    seed=st.integers(),
    text=TEXTS | st.lists(st.sampled_from(["Bank of Apple", "Gold Bank", "Merck", "TGT"])).map(" ".join),
)
def test_linking_does_not_depend_on_the_order_of_aliases(seed: int, text: str) -> None:
    first, second = _small_graph(random.Random(0)), _small_graph(random.Random(seed))
    assert first == second
    fields = [("title", text)]
    assert Linker(first).link(fields) == Linker(second).link(fields)


SPANS = st.builds(
    lambda start, length, form: Span(start, start + length, ((0, 0.9),), form),
    st.integers(0, 60),
    st.integers(1, 12),
    st.sampled_from(Form),
)


@given(spans=st.lists(SPANS, max_size=30))
def test_of_overlapping_spans_one_remains_that_nothing_longer_displaces(spans: list[Span]) -> None:
    kept = longest(list(spans))
    assert all(one.end <= other.start for one, other in pairwise(kept))
    for lost in set(spans) - set(kept):
        rivals = [one for one in kept if one.start < lost.end and lost.start < one.end]
        assert rivals
        assert max(one.end - one.start for one in rivals) >= lost.end - lost.start


@pytest.mark.parametrize(
    "piece", ["Apple and Target raise Gap, ", "apple ", "$AAPL ", "https://x.co/Apple ", "苹果公司力拓展", "Merck "]
)
def test_time_grows_with_the_length_of_the_text_and_no_faster(linker: Linker, piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        started = time.process_time()
        linker.link([("body", text)])
        return time.process_time() - started

    def least(size: int) -> float:
        return min(seconds(size) for _ in range(4))

    gc.disable()  # else the collector walks whatever other tests have left in this process
    try:
        # Eight times the text: quadratic work would take 64 times as long.
        assert least(128 * 1024) < 30 * max(least(16 * 1024), 0.01)
    finally:
        gc.enable()
