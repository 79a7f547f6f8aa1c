"""Files of visits in buckets: the memory that they take does not grow with their number."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytest.importorskip("duckdb", reason="files of visits need the extra 'bulk'")
parquet = pytest.importorskip("pyarrow.parquet", reason="files of visits need the extra 'bulk'")

from tests.benchmarks import simulated  # noqa: E402 - it imports the extra

VISITS, PATIENTS = 20_000, 20_000 // simulated.VISITS
PROGRAM = """\
import resource, sys
from pathlib import Path
import protocol
from protocol.executors.in_buckets.replay_files import Means, replay_files
files = sorted(Path(sys.argv[1]).glob("*.parquet"))
replay_files(protocol.load("imatinib-hes"), files, Path(sys.argv[2]), buckets=len(files), means=Means(memory="100MB"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def memory(buckets: int, folder: Path) -> int:
    """What a run of so many buckets takes at most."""
    source = folder / f"{buckets} files"
    source.mkdir()
    for number in range(buckets):
        parquet.write_table(simulated.visits(PATIENTS, bucket=number), source / f"{number:03}.parquet")
    command = [sys.executable, "-c", PROGRAM, str(source), str(folder / f"{buckets}")]
    return int(subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout)


@pytest.mark.benchmark
def test_four_times_as_many_buckets_take_no_more_memory(tmp_path: Path) -> None:
    few, many = memory(5, tmp_path), memory(20, tmp_path)
    print(f"\nmemory of {20 * VISITS:,} visits to that of {5 * VISITS:,}, in buckets of {VISITS:,}: {many / few:.2f}")
    assert many <= 1.25 * few
