"""`model evaluate` shows a run beside what is served, which may read and tell in another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream_app.adapters.model_repository import read_model
from stream_app.pipeline.tensors import EMBEDDING_SIZE, TOPICS
from tests.conftest import MODEL_REPOSITORY


def test_what_is_served_is_read_by_its_own_tokenizer_and_topics(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from stream_app.cli.model_evaluate import judged_beside  # noqa: PLC0415  (needs PyTorch)
    from stream_app.training.config import TrainConfig  # noqa: PLC0415
    from stream_app.training.encoder import copy_encoder  # noqa: PLC0415
    from stream_app.training.run import RunRecord, new_network, write_record  # noqa: PLC0415
    from stream_app.training.weights import write_weights  # noqa: PLC0415
    from tests.training_sets import write_encoder, write_sets  # noqa: PLC0415

    for name in ("encoder", "data"):
        (tmp_path / name).mkdir()
    encoder, data, run = write_encoder(tmp_path / "encoder", EMBEDDING_SIZE), write_sets(tmp_path / "data"), tmp_path
    copy_encoder(encoder, run)
    write_weights(run, new_network(encoder, TOPICS).state_dict())
    topics = tuple(f"topic_{number:02}" for number in range(TOPICS))
    write_record(run, RunRecord(config=TrainConfig(), topics=topics, files=(), graph=None))
    files = read_model(MODEL_REPOSITORY)
    (_, own), (_, served) = judged_beside(run, files, data).values()
    words = "Acme falls on beta loss"
    assert own.topics == topics
    assert served.topics == files.topics
    assert own.tokenizer.encode(words).ids != served.tokenizer.encode(words).ids
    assert len(served.tokenizer.get_vocab()) > 20_000
    assert not any(one.topic for one in served.dev), "it cannot tell the topics of these sets"
