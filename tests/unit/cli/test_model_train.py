"""Options that a kind of run would not heed are refused, before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream_app.cli.model_chinese import Language
from stream_app.cli.model_train import train
from stream_app.errors import ConfigurationError


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"pack": "medical", "before": Path("run")}, "a run of the pack medical does not take --continue"),
        ({"pack": "medical", "label_share": 0.1}, "does not take --label-share"),
        ({"pack": "medical", "language": Language.CHINESE}, "does not take --language"),
        ({"language": Language.CHINESE, "before": Path("run")}, "a run for Chinese does not take --continue"),
        ({"before": Path("run"), "start": Path("run")}, "a run on corrections does not take --start"),
    ],
)
def test_option_that_would_not_be_heeded_is_refused(options: dict[str, object], reason: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        train(out=tmp_path / "out", data=tmp_path, **options)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
