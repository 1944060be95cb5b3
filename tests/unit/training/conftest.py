"""What the tests of training share: an encoder and sets that are made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream_app.training.corpus import Corpus, load_corpus
from stream_app.training.encoder import load_tokenizer
from tests.training_sets import write_encoder, write_sets

HIDDEN = 16


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"), HIDDEN)


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sets(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def corpus(data_folder: Path, encoder_folder: Path) -> Corpus:
    return load_corpus(data_folder, load_tokenizer(encoder_folder), None)
