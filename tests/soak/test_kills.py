"""Two hundred kills of runs, by one process and by two: `SOAK=1 SOAK_KILLS=200 SOAK_SEED=7 pytest -m soak tests/soak -s`."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import pytest

from tests.executors.in_buckets.test_killed import killed


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes where Linux shows them")
@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_lost_or_doubled_however_often_a_run_is_killed(workers: int, tmp_path: Path) -> None:
    seed = os.environ.get("SOAK_SEED") or secrets.token_hex(4)
    found = killed(int(os.environ.get("SOAK_KILLS", "200")) // 2, workers, 3000, tmp_path, seed)
    print(f"\nseed {seed}, {workers} processes: {found.stdout.splitlines()[-1]}")
    assert found.returncode == 0, found.stdout + found.stderr
