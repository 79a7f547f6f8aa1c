"""What verification costs: how states grow with inputs, clocks, counters and visits, and how long it takes against SPIN.

The counts are exact and the same in every run; of time only the ratio in one run is asked. `pytest -m benchmark -s` prints both.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from protocol import load
from protocol.model.time import DAY, WEEK
from protocol.model.verification import Seen
from protocol.verification.promela.to_promela import promela
from protocol.verification.search.bounds import Bounds
from protocol.verification.verify import searched, verify
from tests.benchmarks.grown import grown

pytestmark = pytest.mark.benchmark


def seen(every: int = WEEK, **measures: int) -> Seen:
    """What a search came to through a protocol of these measures."""
    found = verify(grown(**measures), every=every, only=["dose-on-the-ladder"]).seen[0]
    print(f"\n{measures} every {every // DAY} days: {found.states:,} states, {found.letters:,} kinds of visit, ", end="")
    print(f"{found.transitions:,} steps, {found.seconds:.2f} s")
    assert found.complete
    return found


def test_one_input_more_doubles_the_states_because_a_hold_remembers_all_its_reasons() -> None:
    two, four = seen(inputs=2), seen(inputs=4)
    assert two.states < four.states < 2**2 * two.states


def test_a_clock_that_runs_longer_adds_as_many_states_as_visits() -> None:
    short, long = seen(weeks=26), seen(weeks=52)
    assert 1.5 * short.states < long.states < 2 * short.states


def test_visits_as_often_again_make_as_many_more_states() -> None:
    weekly, daily = seen(weeks=52), seen(every=DAY, weeks=52)
    assert 5 * weekly.states < daily.states < 8 * weekly.states


def test_each_clock_more_multiplies_the_states_by_no_more_than_its_length() -> None:
    one, two = seen(clocks=1), seen(clocks=2)
    assert one.states < two.states < 9 * one.states


def test_each_counter_more_multiplies_the_states_by_how_far_it_counts_and_what_it_knows() -> None:
    none, one = seen(), seen(counters=1)
    assert none.states < one.states < 8 * none.states


@pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("spin", "gcc")), reason="needs spin and gcc (Debian: apt-get install spin gcc)"
)
def test_a_small_label_is_searched_before_spin_has_made_its_program(tmp_path: Path) -> None:
    """SPIN's run alone is shorter; what it runs has to be made and compiled first."""
    protocol = load("lenalidomide-us")
    began = time.process_time()
    searched(protocol, WEEK, Bounds(), lambda text: None)
    ours = time.process_time() - began
    made, run = _spin(promela(protocol, WEEK, ()), tmp_path)
    print(f"\nlenalidomide-us: search {ours:.2f} s; spin and gcc {made:.2f} s, its run {run:.2f} s")
    assert ours < made + run


def _spin(text: str, folder: Path) -> tuple[float, float]:
    """Seconds until the program stands, and of its run."""
    (folder / "model.pml").write_text(text, encoding="utf-8")
    began = time.perf_counter()
    subprocess.run(["spin", "-a", "model.pml"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"], cwd=folder, check=True)
    made = time.perf_counter()
    subprocess.run(["./pan", "-m1000000"], cwd=folder, check=True, capture_output=True)
    return made - began, time.perf_counter() - made
