"""What the network cannot see of a text teaches it nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from stream_app.training.batches import NO_LABEL, Collator
from stream_app.training.corpus import Corpus
from stream_app.training.examples import Example, Mention


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.integers(0, 12), limit=st.integers(4, 12))
def test_name_beyond_the_cut_has_no_label(corpus: Corpus, before: int, limit: int) -> None:
    tokenizer = Tokenizer.from_str(corpus.tokenizer.to_str())
    tokenizer.enable_truncation(limit)
    text = "acme " + "says " * before + "beta"
    mentions = (Mention(len(text) - 4, len(text), 0, salient=False), Mention(0, 4, 2, salient=True))
    collator = Collator(tokenizer, corpus.gazetteer, topics=corpus.topics)
    batch = collator.batch([Example("corrections", text, "news", document=1, mentions=mentions)], [0])
    seen = before + 2 <= limit - 2
    assert batch.mention.tolist() == [[0 if seen else NO_LABEL, 2]]
    assert batch.relevance[0].isnan().tolist() == [not seen, False]
    assert batch.relevance[0].nan_to_num(0.0).tolist() == [0.0, 1.0]
    assert batch.document.tolist() == [1]


def test_slots_without_a_name_have_no_label(corpus: Corpus) -> None:
    collator = Collator(corpus.tokenizer, corpus.gazetteer, topics=corpus.topics)
    texts = [
        Example("corrections", "acme rises", "news", mentions=(Mention(0, 4, 2, salient=True),)),
        Example("corrections", "shares", "news"),
    ]
    batch = collator.batch(texts, [0, 1])
    assert batch.mention.tolist() == [[2], [NO_LABEL]]
    assert batch.relevance.nan_to_num(-1.0).tolist() == [[pytest.approx(1.0)], [pytest.approx(-1.0)]]
