"""Who kills a run, whenever, finds nothing lost, doubled or half-written when it is run again; so does who has no room left."""

from __future__ import annotations

import errno
import multiprocessing.context
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from protocol.errors import InputError
from protocol.executors.in_buckets.workers import in_processes
from tests.conftest import REPOSITORY
from tests.executors.in_buckets.twice import twice
from tests.executors.in_buckets.visit_files import SMALL, content, visits, written

pytest.importorskip("pyarrow", reason="files of visits need the extra 'bulk'")
pytest.importorskip("duckdb", reason="files of visits need the extra 'bulk'")


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes where Linux shows them")
def test_ten_kills_at_random_moments(tmp_path: Path) -> None:
    found = killed(10, 1, 24, tmp_path)
    assert found.returncode == 0 and found.stdout.startswith("10 kills in "), found.stdout + found.stderr


def killed(kills: int, workers: int, patients: int, folder: Path, seed: str = "1") -> subprocess.CompletedProcess[str]:
    """What comes of so many kills of runs with so many processes; see kills.py."""
    command = [sys.executable, "-m", "tests.executors.in_buckets.kills", seed, *map(str, (kills, workers, patients)), str(folder)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("number", range(11))
def test_without_room_for_a_file_it_says_so_and_goes_on_later(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protocol.executors.in_buckets import whole_files
    from protocol.executors.in_buckets.replay_files import replay_files

    monkeypatch.setattr(os, "fsync", lambda handle: None)
    file, write, counted = written(tmp_path / "visits.parquet", visits(6)), whole_files._write, iter(range(100))

    def full(path: Path, content: Any) -> None:
        if next(counted) == number:
            write(path, content[:20])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    with monkeypatch.context() as patch, pytest.raises(InputError) as error:
        patch.setattr(whole_files, "_write", full)
        replay_files(SMALL, [file], tmp_path / "out", buckets=2)
    assert "error R006: cannot be written: No space left on device\n  = What was done is kept" in str(error.value)
    assert not list((tmp_path / "out").rglob("*.new"))
    replay_files(SMALL, [file], tmp_path / "out", buckets=2)
    replay_files(SMALL, [file], tmp_path / "whole", buckets=2)
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_files_that_may_not_grow_are_said_by_the_command(tmp_path: Path) -> None:
    import resource

    written(tmp_path / "visits.parquet", visits(3000))
    (tmp_path / "small.yaml").write_text(spec(), encoding="utf-8")
    command = [sys.executable, "-m", "protocol", "replay-table", "small.yaml", "visits.parquet", "--out", "out"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    found = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)),
    )  # fmt: skip
    said = "out/visits/00000.parquet: error R006: cannot be written: File too large"
    assert (found.returncode, found.stdout, found.stderr.splitlines()[0]) == (2, "", said)


def spec() -> str:
    from tests.test_cli import SPEC

    return SPEC


# A process among several


def test_what_several_processes_do_comes_back_whatever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = dict(in_processes(twice, [0, 1, 4, 2], 2))
    assert (answers[0], answers[1], answers[4].problems[0].message) == (0, 2, "four")
    with pytest.raises(InputError, match="error R008: a process that replays was ended by signal 9"):
        list(in_processes(twice, [1, 3], 2))
    with monkeypatch.context() as patch, pytest.raises(InputError, match="error R008: a process that replays was ended before"):
        patch.setattr(multiprocessing.context.SpawnProcess, "_Popen", staticmethod(lambda process: os.close(-1)))
        list(in_processes(twice, [1, 2], 2))
    with pytest.raises(RuntimeError, match=r"LookupError: five"):
        list(in_processes(twice, [1, 5], 2))
