"""The rooms that decide anything depend on their arguments alone: no clock, no chance, no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.purity import impurities

ROOT = Path(__file__).parents[2]
PURE_ROOMS = (
    "events",
    "knowledge",
    "causal",
    "pipeline",
    "reputation",
    "rollups",
    "alerts",
    "research/backtest",
    "calibration",
    "probes",
)
PURE = sorted(path for room in PURE_ROOMS for path in (ROOT / "stream_app" / room).rglob("*.py"))

PLANTED = [
    "from datetime import datetime, UTC\nmoment = datetime.now(tz=UTC)",
    "import datetime\nmoment = datetime.datetime.utcnow()",
    "import datetime as dt\nday = dt.date.today()",
    "from datetime import date\nday = date.today()",
    "import time\nmoment = time.time()",
    "from time import time\nmoment = time()",
    "from time import monotonic as ticking\nmoment = ticking()",
    "import time\nmoment = time.perf_counter_ns()",
    "from dataclasses import field\nfrom datetime import datetime\nmade = field(default_factory=datetime.now)",
    "import random\nfigure = random.random()",
    "from random import shuffle\nshuffle([1, 2])",
    "import random\nrng = random.Random()",
    "import numpy as np\nfigure = np.random.rand()",
    "import numpy as np\nrng = np.random.default_rng()",
    "import uuid\nkey = uuid.uuid4()",
    "from uuid import uuid4\nkey = uuid4()",
    "import secrets\nkey = secrets.token_hex()",
    "import os\nnoise = os.urandom(8)",
    "text = open('file').read()",
]
ALLOWED = [
    "def told(clock):\n    return clock.now()",
    "class Flow:\n    def told(self):\n        return self._clock.now()",
    "import random\nrng = random.Random(7)",
    "import numpy as np\nrng = np.random.default_rng(7)\ndef drawn(rng: np.random.Generator): return rng.normal()",
    "import uuid\nkey = uuid.uuid5(uuid.NAMESPACE_URL, 'name')",
    "from datetime import datetime\nmoment = datetime.fromisoformat('2026-03-02')",
]


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_pure_room_reaches_no_clock_no_chance_and_no_file(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_impurity_is_found(source: str) -> None:
    assert impurities(source)


@pytest.mark.parametrize("source", ALLOWED)
def test_what_is_given_or_seeded_is_allowed(source: str) -> None:
    assert impurities(source) == []
