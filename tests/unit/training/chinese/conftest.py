"""What the tests of the Chinese network share: sets, and a run before its first step."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream_app.training.chinese.corpus import ChineseCorpus, load_corpus
from tests.training_sets import write_chinese_encoder, write_chinese_sets

HIDDEN = 16


@pytest.fixture(scope="session")
def chinese_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chinese_sets(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def chinese_corpus(chinese_data: Path) -> ChineseCorpus:
    return load_corpus(chinese_data)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run's folder that has its encoder already, so that none is unpacked."""
    return write_chinese_encoder(tmp_path / "run", HIDDEN)
