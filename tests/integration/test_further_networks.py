"""A network for Chinese beside the main one on a real Triton: both languages in one batch, as a worker reads them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stream_app.adapters.local_model import LocalModel
from stream_app.adapters.model_repository import read_model
from stream_app.adapters.networks import runtime_of
from stream_app.compose_model import build_reader, served_source
from stream_app.embedded.triton import TritonOptions, start_triton
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.scores import DocumentScores, Unscored
from stream_app.settings import Settings
from tests.factories import document, linked
from tests.figures import Figures
from tests.further_network import bilingual_repository, write_chinese

DOCUMENTS = (
    linked(document(title="宁德时代净利润同比下降30%"), catl="宁德时代"),
    linked(document(title="Apple raises its outlook while Boeing slumps"), apple="Apple", boeing="Boeing"),
    linked(document(title="腾讯公司业绩大幅上涨，宣布回购股份"), tencent="腾讯"),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bilingual")
    return bilingual_repository(folder, write_chinese(folder / "draft"))


async def read_with(reader: Reader) -> list[Scored]:
    return [one for one in await reader.read(DOCUMENTS, asyncio.to_thread) if isinstance(one, Scored)]


async def read_by_triton(repository: Path, folder: Path) -> list[Scored]:
    """Read as a worker does, with the version that is served."""
    with start_triton(folder, TritonOptions(model_repository=repository), timeout_seconds=180) as started:
        settings = Settings(model_repository=repository, triton_url=started.address, triton_timeout=60)
        source = served_source(settings, Figures())
        await source.start()
        try:
            return await read_with(source.current)
        finally:
            await source.stop()


@pytest.mark.timeout(600)
async def test_worker_reads_both_languages_of_a_batch_as_the_process_does(repository: Path, tmp_path: Path) -> None:
    files = read_model(repository)
    here = await read_with(build_reader(LocalModel(runtime_of(files), version=files.version), files))
    there = await read_by_triton(repository, tmp_path)
    assert there == here
    assert all(isinstance(one.scores, DocumentScores) for one in there)


@pytest.mark.timeout(600)
async def test_server_with_the_main_network_alone_leaves_chinese_unscored_and_says_why(
    repository: Path, tmp_path: Path
) -> None:
    version = read_model(repository).version
    config = repository / "fusion" / "config.pbtxt"
    whole = config.read_text()
    lacking = [line for line in whole.splitlines(keepends=True) if "risk_probabilities" not in line]
    config.write_text("".join(lacking).replace("dims: [ -1, 5 ] },\n]", "dims: [ -1, 5 ] }\n]"))
    try:
        fallen, english, _ = await read_by_triton(repository, tmp_path)
    finally:
        config.write_text(whole)
    assert fallen.scores == Unscored(f"language zh is not read by model {version}")
    assert isinstance(english.scores, DocumentScores)
