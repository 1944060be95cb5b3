"""A further network joins a version: a new version, under its own name, that holds what was served before as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stream_app.adapters.model_repository import read_metadata, read_model, version_numbers
from stream_app.adapters.model_standing import read_standing
from stream_app.errors import DataError, ServerRejected
from stream_app.promotion.install import checked_digest, install, version_digest
from stream_app.promotion.networks import add_network, carry_networks
from tests.further_network import bilingual_repository, chinese_tokenizer, write_chinese
from tests.model_versions import SHIPPED, english_repository, warmer

BACKEND = SHIPPED / "model.py"


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chinese(tmp_path_factory.mktemp("chinese") / "draft")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, draft: Path) -> Path:
    return bilingual_repository(tmp_path_factory.mktemp("bilingual"), draft)


def test_version_with_a_further_network_reads_its_languages_by_ids_after_the_main_ones(repository: Path) -> None:
    files, before = read_model(repository), read_model(repository, 1)
    assert (files.number, files.version[:9]) == (2, "fusion-2-")
    assert files.languages == {"en", "zh"}
    assert (files.main.languages, before.languages) == ({"en"}, {"en"})
    assert [(one.folder.name, one.first_id) for one in files.further] == [("zh", 30522)]
    assert files.tokenizer == before.tokenizer
    assert files.version in (files.folder / "statistics.json").read_text()


def test_name_of_a_version_covers_all_its_networks(repository: Path, draft: Path, tmp_path: Path) -> None:
    files = read_model(repository)
    assert files.version == f"fusion-2-{version_digest(files.folder)[:12]}"
    assert version_digest(files.folder) == checked_digest(files.folder)
    assert version_digest(files.folder) not in {read_metadata(files.folder)["sha256"], read_metadata(draft)["sha256"]}
    assert install(files.folder, english_repository(tmp_path), backend=BACKEND) == 2


def test_added_version_is_not_served_until_it_is_promoted(draft: Path, tmp_path: Path) -> None:
    repository = english_repository(tmp_path)
    assert add_network(repository, draft, "zh", backend=BACKEND) == 2
    assert read_model(repository).number == 1
    assert read_standing(repository).loaded == (1,)


def test_network_of_the_same_name_is_replaced(repository: Path, draft: Path, tmp_path: Path) -> None:
    other = write_chinese(tmp_path / "other", languages=["zh", "yue"])
    number = add_network(repository, other, "zh", backend=BACKEND)
    assert number == 2, "the same weights are one version"
    with pytest.raises(DataError, match="two networks read zh"):
        add_network(repository, draft, "chinese", backend=BACKEND)
    assert version_numbers(repository) == [1, 2]


def test_networks_go_along_with_another_main_network(repository: Path, tmp_path: Path) -> None:
    source = warmer(tmp_path / "warmer")
    carry_networks(repository / "fusion" / "2", source)
    number = install(source, repository, backend=BACKEND)
    files = read_model(repository, number)
    assert files.languages == {"en", "zh"}
    assert files.further[0].first_id == 30522
    assert files.version != read_model(repository, 2).version


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"accuracy_fp32": {"document": 0.76}}, "the document head loses"),
        ({"scores": {}}, "does not tell its accuracy"),
        ({"topics": ["one"]}, "other labels, buckets or topics"),
        ({"languages": ["en"]}, "two networks read en"),
        ({"sha256": "0"}, "is not the file that its metadata"),
    ],
)
def test_network_that_does_not_belong_is_refused(metadata: dict[str, object], reason: str, tmp_path: Path) -> None:
    repository, draft = english_repository(tmp_path), write_chinese(tmp_path / "draft", **metadata)
    with pytest.raises(DataError, match=reason):
        add_network(repository, draft, "zh", backend=BACKEND)
    assert version_numbers(repository) == [1]


def test_file_that_is_no_network_of_these_tensors_is_refused(draft: Path, tmp_path: Path) -> None:
    repository = english_repository(tmp_path)
    config = repository / "fusion" / "config.pbtxt"
    config.write_text(config.read_text().replace("risk_probabilities", "mood"))
    with pytest.raises(DataError, match="lacks the output risk_probabilities"):
        add_network(repository, draft, "zh", backend=BACKEND)
    narrow = write_chinese(tmp_path / "narrow", embedding_size=128)
    with pytest.raises(ServerRejected, match=r"gave embedding as float32 \[1, 128\]"):
        add_network(repository, narrow, "zh", backend=BACKEND)


def test_network_with_another_tokenizer_is_refused(tmp_path: Path) -> None:
    repository, draft = english_repository(tmp_path), write_chinese(tmp_path / "draft")
    tokenizer = chinese_tokenizer()
    tokenizer.add_tokens(["新能源"])
    tokenizer.save(str(draft / "tokenizer.json"))
    with pytest.raises(DataError, match=r"has \d+ word vectors, its tokenizer \d+ ids"):
        add_network(repository, draft, "zh", backend=BACKEND)


@pytest.mark.parametrize("name", ["metadata.json", "tokenizer.json"])
def test_version_that_lacks_a_part_of_a_network_is_refused(draft: Path, tmp_path: Path, name: str) -> None:
    repository = bilingual_repository(tmp_path, draft)
    (repository / "fusion" / "2" / "zh" / name).unlink()
    with pytest.raises(DataError, match="holds no complete model"):
        read_model(repository)


def test_network_with_other_topics_is_refused(draft: Path, tmp_path: Path) -> None:
    repository = bilingual_repository(tmp_path, draft)
    file = repository / "fusion" / "2" / "zh" / "metadata.json"
    about = json.loads(file.read_text())
    file.write_text(json.dumps(about | {"topics": about["topics"][::-1]}))
    with pytest.raises(DataError, match="has other topics than the main network"):
        read_model(repository)
