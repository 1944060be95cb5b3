"""More versions of the shipped model, to be promoted: the same network at another temperature."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import struct
from pathlib import Path

from tests.conftest import MODEL_REPOSITORY

SHIPPED = MODEL_REPOSITORY / "fusion" / "1"


def copied_repository(folder: Path) -> Path:
    """Return a copy of the shipped repository that is quick to load: one instance, and no warm-up."""
    repository = Path(shutil.copytree(MODEL_REPOSITORY, folder / "models"))
    config = repository / "fusion" / "config.pbtxt"
    text = re.sub(r"^model_warmup \{\n.*?^\}\n", "", config.read_text(), flags=re.MULTILINE | re.DOTALL)
    config.write_text(text.replace("count: 2", "count: 1"))
    return repository


def english_repository(folder: Path) -> Path:
    """Return the same with the main network alone in version 1, under the name that it has so."""
    repository = copied_repository(folder)
    model = repository / "fusion"
    version = model / "1"
    about = json.loads((version / "metadata.json").read_text())
    for name in about.pop("first_ids"):
        shutil.rmtree(version / name)
    (version / "metadata.json").write_text(json.dumps(about))
    for file in (model / "config.pbtxt", *(version / name for name in ("metadata.json", "statistics.json"))):
        file.write_text(file.read_text().replace(about["version"], f"fusion-1-{about['sha256'][:12]}"))
    return repository


def warmer(folder: Path, *, factor: float = 1.5, **metadata: object) -> Path:
    """Write the shipped main network with the temperature of documents and mentions times `factor`, as a folder."""
    about = json.loads((SHIPPED / "metadata.json").read_text())
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns(*about.pop("first_ids")))
    weights = (SHIPPED / "model.onnx").read_bytes()
    for head in ("document", "mention"):
        temperature = about["temperatures"][head]
        old = struct.pack("<f", temperature["level"])
        assert weights.count(old) == 1, "the file has the number in another place as well"
        temperature["level"] *= factor
        weights = weights.replace(old, struct.pack("<f", temperature["level"]))
    (folder / "model.onnx").write_bytes(weights)
    about |= {"sha256": hashlib.sha256(weights).hexdigest()} | metadata
    (folder / "metadata.json").write_text(json.dumps(about))
    return folder
