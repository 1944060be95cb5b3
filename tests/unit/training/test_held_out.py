"""Held-out texts for the probes are those that were never trained on, with their names and labels."""

from __future__ import annotations

from pathlib import Path

from stream_app.pipeline.tensors import LABELS
from stream_app.training.held_out import held_out_texts
from stream_app.training.split import is_dev


def test_only_dev_texts_with_a_sentiment_are_given(data_folder: Path) -> None:
    found = held_out_texts(data_folder)
    assert {one.source for one in found} == {"headlines", "posts"}
    assert all(is_dev(one.text) for one in found)


def test_a_headline_has_its_names_and_a_post_has_none(data_folder: Path) -> None:
    labels = {"falls": "negative", "says": "neutral", "beats": "positive"}
    for one in held_out_texts(data_folder):
        assert one.said() == (("Acme",) if one.source == "headlines" else ())
        assert one.label == LABELS.index(labels[one.text.split()[1]])
