"""What `model evaluate` writes: figures, how far confidence comes true, and what is taken for what."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stream_app.adapters.evaluation_plots import plot_evaluation
from stream_app.pipeline.tensors import LABELS, TAGS
from stream_app.training.calibration import calibration_error, reliability
from stream_app.training.evaluation_report import EvaluationReport, confusions, reliabilities, write_report
from stream_app.training.judged import Judged, score

_SAID = np.array([[0.9, 0.05, 0.05], [0.9, 0.05, 0.05], [0.1, 0.2, 0.7], [0.2, 0.3, 0.5]])


def judged() -> dict[str, Judged]:
    """Return a head of texts, and one of the tags of two texts of two tokens."""
    tags = np.eye(len(TAGS))[[0, 1, 0, 3]] * 0.9 + 0.02
    return {
        "document": Judged(_SAID, np.array([0, 1, 2, 1]), np.zeros(4, dtype=np.int64)),
        "tags": Judged(tags, np.array([0, 1, 1, 3]), np.zeros(4, dtype=np.int64), texts=(2, 2)),
    }


def test_bins_add_up_to_the_calibration_error() -> None:
    bins = reliability(_SAID, np.array([0, 1, 2, 1]))
    assert [(one.rows, one.accuracy) for one in bins] == [(1, 0.0), (1, 1.0), (2, 0.5)]
    assert [one.confidence for one in bins] == pytest.approx([0.5, 0.7, 0.9])
    assert calibration_error(_SAID, np.array([0, 1, 2, 1])) == pytest.approx((0.5 + 0.3 + 2 * 0.4) / 4)
    assert calibration_error(np.zeros((0, 3)), np.zeros(0, dtype=np.int64)) == 0.0


def test_matrix_has_a_row_for_what_is_right_and_a_column_for_what_is_told() -> None:
    found = confusions(judged(), topics=())
    assert found["document"].classes == LABELS
    assert found["document"].counts.tolist() == [[1, 0, 0], [1, 0, 1], [0, 0, 1]]
    assert found["tags"].classes == ("O", "CAUSE", "EFFECT")
    assert found["tags"].counts.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_report_is_json_markdown_and_pictures(tmp_path: Path) -> None:
    said = judged()
    found = EvaluationReport(
        {"run": "runs/first"},
        {"served": {head: score(one) for head, one in said.items()}},
        {"served": reliabilities(said)},
        confusions(said, topics=()),
    )
    write_report(found, tmp_path)
    kept = json.loads((tmp_path / "evaluate.json").read_text())
    assert kept["scores"]["served"]["document"]["accuracy"] == 0.5
    assert kept["confusion"]["document"]["counts"][1] == [1, 0, 1]
    assert kept["reliability"]["served"]["document"][0]["rows"] == 1
    text = (tmp_path / "evaluate.md").read_text()
    assert "| document | served | 4 | 0.5000 |" in text
    assert "| neutral | 1 | 0 | 1 |" in text
    curves = {"served": {"document": [(0.5, 0.0), (0.9, 0.5)]}}
    matrices = {head: (one.classes, one.counts) for head, one in found.confusion.items()}
    files = plot_evaluation(curves, matrices, tmp_path)
    assert [file.name for file in files] == ["reliability.svg", "confusion.svg"]
    assert all(file.read_text().rstrip().endswith("</svg>") for file in files)
