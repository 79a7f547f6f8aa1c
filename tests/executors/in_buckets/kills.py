"""Kills runs at random and lets others go on: `python -m tests.executors.in_buckets.kills SEED 10 WORKERS PATIENTS FOLDER`.

A program of its own, because a process is only copied safely while it has no other threads: each run is such a copy. Prints how
many kills met a run, and at how many different states of its folder; exits with 1 if anything came out otherwise.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import protocol
from protocol.errors import InputError
from protocol.executors.in_buckets.replay_files import Means, replay_files
from tests.executors.in_buckets.visit_files import SMALL, content, visits, written

DONE, REFUSED = 0, 2


def main(seed: str, kills: int, workers: int, patients: int, folder: Path) -> int:
    choose, buckets = random.Random(seed), max(6, patients // 50)
    copied(lambda: bool(written(folder / "visits.parquet", visits(patients))))
    warmed()
    began = time.monotonic()
    assert ended(begun(folder, "whole", workers, buckets)) == DONE
    longest = time.monotonic() - began
    whole, states, met, rounds = content(folder / "whole"), set[str](), 0, 0
    while met < kills:
        rounds += 1
        name = f"killed{rounds}"
        while True:
            run = begun(folder, name, workers, buckets)
            time.sleep(choose.random() * longest)
            met += killed(run, choose) if met < kills else 0
            code = ended(run)
            states.add(str(sorted(content(folder / name)) if (folder / name).exists() else []))
            if code == DONE:
                break
            assert code in (REFUSED, -signal.SIGKILL), code
        if content(folder / name) != whole:
            print(f"seed {seed}: '{name}' is not as it is without kills")
            return 1
    print(f"{met} kills in {rounds} rounds, at {len(states)} states of the folder")
    return 0


def warmed() -> None:
    """Loads here, once, what each run would load again; that starts no threads, as long as nothing is read or sorted."""
    import duckdb  # noqa: F401
    import pyarrow

    from protocol.executors.in_buckets import bucket, in_order, sorted_visits, sorting, visit_files  # noqa: F401

    pyarrow.set_cpu_count(1)
    protocol.replay_table(SMALL, visits(2))
    assert threading.active_count() == 1


def copied(work: Callable[[], bool]) -> int:
    """Does something in a copy of this process, so that this one starts no threads."""
    return ended(_copy(work))


def _copy(work: Callable[[], bool]) -> int:
    process = os.fork()
    if process:
        return process
    os.setpgid(0, 0)
    code = 1
    try:
        code = DONE if work() else 1
    except InputError as error:
        code = REFUSED if error.code == "R008" else 1
        print(error, flush=True)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def begun(folder: Path, name: str, workers: int, buckets: int) -> int:
    """A run that has begun: its process."""
    means = Means(workers)
    return _copy(lambda: bool(replay_files(SMALL, [folder / "visits.parquet"], folder / name, buckets=buckets, means=means)))


def ended(process: int) -> int:
    """How it ended, when it has."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def killed(run: int, choose: random.Random) -> bool:
    """Kills the run, or one of the processes that it has begun; whether it was still there."""
    if not _is_alive(run):
        return False
    children = Path(f"/proc/{run}/task/{run}/children").read_text(encoding="ascii").split()
    try:
        os.kill(choose.choice([run, *map(int, children)]), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _is_alive(run: int) -> bool:
    return Path(f"/proc/{run}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:5]), Path(sys.argv[5])))
