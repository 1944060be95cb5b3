"""A text and its copies are never on both sides of the split."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from stream_app.training.corpus import Corpus
from stream_app.training.split import fold_of, is_dev, text_key

WORDS = st.lists(st.sampled_from(["profit", "falls", "at", "Acme", "7"]), min_size=1, max_size=6)


@given(
    words=WORDS, link=st.sampled_from(["", " https://t.co/AbC1", " http://other.example/x?y=1"]), shout=st.booleans()
)
def test_copies_with_other_links_case_and_punctuation_fall_on_one_side(
    *, words: list[str], link: str, shout: bool
) -> None:
    text = " ".join(words)
    copy = ", ".join(words) + "!" + link
    copy = copy.upper() if shout and not link else copy
    assert text_key(copy) == text_key(text)
    assert is_dev(copy) == is_dev(text)
    assert fold_of(copy) == fold_of(text)


def test_a_tenth_is_held_out() -> None:
    held = sum(is_dev(f"text number {number}") for number in range(5000))
    assert 400 < held < 600


def test_folds_of_what_is_held_out_are_alike_in_size() -> None:
    dev = [text for number in range(5000) if is_dev(text := f"text number {number}")]
    sizes = Counter(map(fold_of, dev))
    assert sorted(sizes) == list(range(10))
    assert all(0.05 < size / len(dev) < 0.15 for size in sizes.values())


def test_no_dev_text_and_no_repeat_is_trained_on(corpus: Corpus) -> None:
    trained = [(example.set_name, text_key(example.text)) for example in corpus.train]
    held = {text_key(example.text) for example in corpus.dev}
    assert held
    assert len(set(trained)) == len(trained)
    assert not held & {key for _, key in trained}
