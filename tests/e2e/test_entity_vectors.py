"""`kg embed`, `kg similar` and `model ablate graph` as a user types them, on inputs that are made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream_app.knowledge.files import to_bytes
from stream_app.pipeline.tensors import TOPICS
from tests.e2e.conftest import Shell
from tests.graphs import two_fields

torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")
SMALL = ("--rank", "8", "--epochs", "60", "--graph", "graph.gz")


@pytest.fixture
def place(shell: Shell) -> Shell:
    (shell.folder / "graph.gz").write_bytes(to_bytes(two_fields()))
    return shell


def test_embed_writes_the_same_file_again_and_says_how_well_it_tells_what_was_held_out(place: Shell) -> None:
    done = place.run("kg", "embed", *SMALL, "--out", "new/one.npz", "--plot", "one.svg", "--json")
    assert done.status == 0, done.err
    (told,) = done.lines
    assert told == told | {"kg_version": two_fields().version, "entities": 28, "size": 16, "file": "new/one.npz"}
    assert told["rankings"]["complex"]["mrr"] > told["rankings"]["chance"]["mrr"]
    picture = (place.folder / "one.svg").read_text(encoding="utf-8")
    assert "Information Technology" in picture
    assert "Vectors of 24 companies" in picture
    again = place.here("kg", "embed", *SMALL, "--out", "two.npz")
    assert (place.folder / "two.npz").read_bytes() == (place.folder / "new/one.npz").read_bytes()
    assert "held-out statements told by" in again.out
    assert "28 vectors of 16 numbers" in again.out


def test_similar_shows_the_nearest_and_refuses_vectors_of_another_graph(place: Shell) -> None:
    assert place.here("kg", "embed", *SMALL, "--held-out", "0").status == 0
    asked = ("kg", "similar", "Chips 0", "--graph", "graph.gz", "--kind", "company", "--most", "3")
    done = place.run(*asked, "--json")
    assert done.status == 0, done.err
    assert [line["entity"] for line in done.lines] == ["company:chips-0"] * 3
    assert all("chips" in line["near"] for line in done.lines)
    assert "company:chips-0" in place.here(*asked).out
    (place.folder / "graph.gz").write_bytes(to_bytes(two_fields(companies=9)))
    other = place.here(*asked)
    assert other.status == 1
    assert "stream-app kg embed" in other.err
    missing = place.here(*asked, "--vectors", "none.npz")
    assert (missing.status, "none.npz cannot be read" in missing.err) == (1, True)


def finished_run(folder: Path) -> None:
    """Write sets and a run whose network was never trained: what is asked is how the command goes."""
    from stream_app.training.config import TrainConfig  # noqa: PLC0415  (needs PyTorch)
    from stream_app.training.encoder import copy_encoder, load_encoder  # noqa: PLC0415
    from stream_app.training.network import FusionNetwork  # noqa: PLC0415
    from stream_app.training.run import RunRecord, write_record  # noqa: PLC0415
    from stream_app.training.weights import WEIGHTS  # noqa: PLC0415
    from tests.training_sets import write_encoder, write_sets  # noqa: PLC0415

    (folder / "data").mkdir()
    write_sets(folder / "data")
    encoder, run = write_encoder(folder / "encoder", 16), folder / "run"
    copy_encoder(encoder, run)
    network = FusionNetwork(load_encoder(encoder), hidden=16, topics=TOPICS)
    safetensors_torch.save_file(network.state_dict(), run / WEIGHTS)
    topics = tuple(f"topic_{number:02}" for number in range(TOPICS))
    write_record(run, RunRecord(config=TrainConfig(), topics=topics, files=(), graph=None))


def test_graph_is_ablated_on_a_run(place: Shell) -> None:
    finished_run(place.folder)
    assert place.here("kg", "embed", "--rank", "2", "--epochs", "1", "--held-out", "0").status == 0
    asked = ("model", "ablate", "graph", "run", "--data", "data", "--seeds", "1", "--epochs", "1", "--samples", "100")
    done = place.run(*asked, "--json")
    assert done.status == 0, done.err
    assert [line["variant"] for line in done.lines] == ["nothing", "features", "vectors", "both", "shuffled"]
    (served,) = (line["groups"]["all"] for line in done.lines if line["variant"] == "features")
    assert 0 <= served["accuracy"]["value"] <= 1
    assert served["gain"]["value"] == 0
    shown = place.here(*asked)
    assert "Accuracy of the mention head" in shown.out
    assert place.here(*asked, "--vectors", "none.npz").status == 1
