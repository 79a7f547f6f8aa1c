"""What verification costs: how states grow with inputs, clocks, counters and visits, and how long it takes against SPIN.

The counts are exact and the same in every run; of time only the ratio in one run is asked. `pytest -m benchmark -s` prints both.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve, frozen

from protocol import load
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, WEEK
from protocol.model.verification import Seen
from protocol.verification.promela.asked import NotInPromela
from protocol.verification.promela.to_promela import promela
from protocol.verification.promela.wrongs import is_of_one_visit
from protocol.verification.search.bounds import Bounds
from protocol.verification.verdicts import Search
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


TOOLS = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("spin", "gcc")), reason="needs spin and gcc (Debian: apt-get install spin gcc)"
)


@TOOLS
@pytest.mark.parametrize("spec", ["lenalidomide-us", "imatinib-hes"])
def test_the_states_are_found_before_spin_has_found_them(spec: str, tmp_path: Path) -> None:
    """Without properties, for which SPIN makes a much smaller program: its own strength, as it need not tell who asks what."""
    protocol = evolve(load(spec), properties=())
    made, ours = _searched(protocol)
    text = promela(protocol, WEEK, ())
    spin = _spin(text, tmp_path, 1_000)
    print(
        f"\n{spec}: {len(made.explored.states):,} states in {ours:.2f} s; SPIN {spin.states:,} in {spin.seconds:.2f} s, ", end=""
    )
    print(f"of which its program took {spin.made:.2f} s: {spin.seconds / ours:.1f} times as long")
    assert len(made.explored.states) - spin.states in (0, 1)  # the first state is one of its own here
    assert ours < spin.seconds


@TOOLS
@pytest.mark.parametrize("spec", ["lenalidomide-us", "lenalidomide-eu"])
def test_the_labels_are_verified_before_spin_has_verified_them(spec: str, tmp_path: Path) -> None:
    """Each property that is about one visit, of labels whose states are few: here, too, most of SPIN's time makes its program."""
    names, ours, asked, spent = _verified(spec, tmp_path, 100)
    assert asked == names
    assert ours < spent


@TOOLS
@pytest.mark.skipif("SOAK" not in os.environ, reason="SPIN takes five minutes: SOAK=1 runs it")
def test_imatinib_hes_is_verified_twenty_times_as_fast_as_by_spin(tmp_path: Path) -> None:
    """The same question: all states, and each property that is about one visit by itself; SPIN is stopped once it is slower."""
    _, ours, _, spent = _verified("imatinib-hes", tmp_path, TIMES)
    assert spent >= TIMES * ours


TIMES = 20


def _searched(protocol: Protocol) -> tuple[Search, float]:
    """The search, with its seconds of processor time."""
    began = time.process_time()
    made = searched(protocol, WEEK, Bounds(), lambda text: None)
    return made, time.process_time() - began


def _verified(spec: str, folder: Path, times: int) -> tuple[int, float, int, float]:
    """How many properties are about one visit, the seconds in which they are verified, and how many SPIN verifies in which time.

    SPIN is asked in as few programs as its letters have room for, and stopped when it has taken so many times as long.
    """
    protocol = load(spec)
    names = tuple(item.name for item in protocol.properties if is_of_one_visit(item))
    began = time.process_time()
    report = verify(protocol, every=WEEK, only=names)
    ours = time.process_time() - began
    assert report.seen[0].complete and {one.name for one in report.verdicts} == set(names)
    spent, asked = 0.0, 0
    for some, text in _programs(protocol, names):
        found = _spin(text, folder, times * ours - spent)
        spent, asked = spent + found.seconds, asked + len(some) * found.finished
        if spent >= times * ours:
            break
    print(f"\n{spec}: {len(names)} properties in {ours:.2f} s; SPIN {asked} of them in {spent:.1f} s, ", end="")
    print(f"{'' if asked == len(names) else 'at least '}{spent / ours:.1f} times as long")
    return len(names), ours, asked, spent


def _programs(protocol: Protocol, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Programs in Promela that ask all of these properties, halved where one program has no room for all."""
    try:
        yield names, promela(protocol, WEEK, names)
    except NotInPromela:
        middle = len(names) // 2
        yield from (one for half in (names[:middle], names[middle:]) for one in _programs(protocol, half))


@frozen
class Spun:
    """What SPIN stored, whether it came to an end, and its seconds of processor time, with those until its program was made."""

    states: int
    finished: bool
    made: float
    seconds: float


def _spin(text: str, folder: Path, most: float) -> Spun:
    (folder / "model.pml").write_text(text, encoding="utf-8")
    began = _children()
    subprocess.run(["spin", "-a", "-DREPORT", "model.pml"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"], cwd=folder, check=True)
    made = _children() - began
    limited = f"ulimit -t {max(1, round(most - made))}; exec ./pan -m1000000"
    run = subprocess.run(["sh", "-c", limited], cwd=folder, check=False, capture_output=True, text=True)
    stored = [int(line.split()[0]) for line in run.stdout.splitlines() if "states, stored" in line]
    finished = run.returncode == 0 and bool(stored)
    return Spun(stored[0] if stored else 0, finished, made, _children() - began)


def _children() -> float:
    """Seconds of processor time of all programs that were run to their end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
