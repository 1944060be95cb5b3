"""Sentences that are made in pairs, texts that are turned round, and shares of labels that lie within each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stream_app.probes.opposites import OPPOSITES
from stream_app.probes.templates import PAIRS
from stream_app.training import turned as turning
from stream_app.training.config import TrainConfig
from stream_app.training.corpus import Corpus, with_made, with_share
from stream_app.training.encoder import freeze_layers, load_encoder
from stream_app.training.examples import Example, Mention
from stream_app.training.pairs import pairs
from stream_app.training.split import in_share, is_dev
from stream_app.training.turned import turned

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
MADE = list(pairs(["Acme", "Beta Corp"], 20_000, seed=7))
TWOS = list(zip(MADE[::2], MADE[1::2], strict=True))
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def test_both_of_a_pair_are_about_one_company_and_have_other_labels() -> None:
    for one, other in TWOS:
        said = {text.text[mention.start : mention.end] for text in (one, other) for mention in text.mentions}
        assert len(said) == 1
        assert one.document != other.document
        assert one.document == one.mentions[0].label
    assert {one.document for one in MADE} == {NEGATIVE, NEUTRAL, POSITIVE}


def test_same_seed_makes_the_same_pairs() -> None:
    assert list(pairs(["Acme", "Beta Corp"], 20_000, seed=7)) == MADE
    assert list(pairs(["Acme", "Beta Corp"], 20_000, seed=8)) != MADE


def test_figures_are_exchanged_and_the_greater_one_now_is_good_unless_it_is_a_loss() -> None:
    compared = [pair for pair in TWOS if sorted(words(pair[0])) == sorted(words(pair[1])) and figures(pair[0])]
    assert len(compared) == len(TWOS) / 4
    for grown, shrunk in compared:
        assert figures(grown) == figures(shrunk)[::-1]
        bad = any(word in grown.text.lower() for word in ("loss", "impairment", "expense", "deficit", "charges"))
        assert (grown.document, shrunk.document) == ((NEGATIVE, POSITIVE) if bad else (POSITIVE, NEGATIVE))
        new_first = not grown.text.startswith("From") and " had " not in grown.text.split(" of ")[0]
        new, old = figures(grown) if new_first else figures(grown)[::-1]
        assert new > old


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("dismisses talk that it", NEUTRAL),
        ("concedes that it", NEGATIVE),
        ("It is untrue that", NEUTRAL),
        ("debt burden .* shrinks", POSITIVE),
        ("debt burden .* swells", NEGATIVE),
        ("order book .* shrinks", NEGATIVE),
        ("order book .* swells", POSITIVE),
        ("Judge tosses", POSITIVE),
        ("go ahead$", NEGATIVE),
        ("smaller than feared", POSITIVE),
        ("greater than feared", NEGATIVE),
        ("^Bought .* calls", POSITIVE),
        ("^Bought .* puts", NEGATIVE),
        (r"rolling over", NEGATIVE),
    ],
)
def test_made_sentence_has_the_label_of_what_it_says(said: str, label: int) -> None:
    found = {one.document for one in MADE if re.search(said, one.text, re.IGNORECASE)}
    assert found == {label}


def test_wording_of_the_probes_is_not_trained_on() -> None:
    """No stretch of four words of any of the probes' pairs is in what is made, whatever the numbers and names."""
    probed = {run for of_kind in PAIRS.values() for pair in of_kind for text in pair for run in runs(text)}
    assert not probed & {run for one in MADE for run in runs(one.text)}
    assert not turning._OPPOSITE.keys() & OPPOSITES.keys()  # noqa: SLF001  (its lexicon)


def test_turned_text_has_the_opposite_word_and_label_and_its_names_move() -> None:
    text = Example(
        "sentfin",
        "Bullish on Acme says Beta",
        "news",
        document=POSITIVE,
        mentions=(Mention(11, 15, POSITIVE, salient=True), Mention(21, 25, None, salient=False)),
    )
    (other,) = turned([text])
    assert (other.text, other.document, other.weak) == ("Bearish on Acme says Beta", NEGATIVE, True)
    assert [(other.text[one.start : one.end], one.label) for one in other.mentions] == [("Acme", 0), ("Beta", None)]
    longer = turned(
        [Example("tfns", "Positive view of Acme", "social", POSITIVE, mentions=(Mention(17, 21, 2, True),))]
    )
    assert [one.text[one.mentions[0].start : one.mentions[0].end] for one in longer] == ["Acme"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Bullish on Acme", NEGATIVE),
        ("Bullish on Acme", NEUTRAL),
        ("Bullish on Acme, bearish on Beta", POSITIVE),
        ("Bullish on Acme as shares jump", POSITIVE),
        ("Acme says nothing", POSITIVE),
    ],
)
def test_text_that_does_not_hang_on_one_word_is_not_turned(text: str, label: int) -> None:
    assert not list(turned([Example("tfns", text, "social", document=label)]))


def test_smaller_share_of_labels_lies_within_a_larger_one(corpus: Corpus) -> None:
    few, more = (with_share(corpus, share) for share in (0.2, 0.6))
    assert few.train
    assert set(few.train) < set(more.train) < set(corpus.train)
    assert with_share(corpus, 1.0).train == corpus.train
    assert (few.dev, few.topics, few.gazetteer) == (corpus.dev, corpus.topics, corpus.gazetteer)


def test_share_does_not_hang_on_what_decides_the_split() -> None:
    texts = [f"text {number}" for number in range(20_000)]
    for held_out in (True, False):
        side = [text for text in texts if is_dev(text) is held_out]
        assert abs(sum(in_share(text, 0.3) for text in side) / len(side) - 0.3) < 0.03


def test_made_sentences_join_what_is_trained_on_as_configured(corpus: Corpus) -> None:
    config = TrainConfig(reports=3, pairs=10, turned=True)
    made = with_made(corpus, config).train[len(corpus.train) :]
    assert [one.set_name for one in made].count("reports") == 3
    assert [one.set_name for one in made].count("pairs") == 10
    assert with_made(corpus, TrainConfig(reports=0)).train == corpus.train


def test_frozen_layers_and_what_lies_below_them_do_not_learn(encoder_folder: Path) -> None:
    encoder = load_encoder(encoder_folder)
    freeze_layers(encoder, 0)
    assert any(one.requires_grad for one in encoder.parameters())
    freeze_layers(encoder, 1)
    assert not any(one.requires_grad for one in encoder.parameters())


def words(example: Example) -> list[str]:
    return re.findall(r"\w+", example.text.lower())


def figures(example: Example) -> list[float]:
    return [float(number) for number in _NUMBER.findall(example.text.replace("Q2", ""))]


def runs(text: str) -> set[tuple[str, ...]]:
    plain = [word for word in re.findall(r"[a-z]+", text.lower()) if word not in {"name", "ticker"}]
    return set(zip(plain, plain[1:], plain[2:], plain[3:], strict=False))
