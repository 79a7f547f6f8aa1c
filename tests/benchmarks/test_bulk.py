"""Many courses at once, against the same rules written by hand in C; first that both decide alike, then what each costs."""

from __future__ import annotations

import ctypes
import time
import tracemalloc
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import pytest

import protocol

pytest.importorskip("numpy", reason="tables need the extra 'bulk'")
arrow = pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from protocol.executors import by_columns  # noqa: E402 - they import the extra
from protocol.executors.columnar import outcome, replayed  # noqa: E402
from protocol.executors.columnar.room import Room  # noqa: E402
from protocol.executors.visits_table import checked  # noqa: E402
from tests.benchmarks import by_hand, guarded, simulated  # noqa: E402 - they import the extra

PATIENTS, ROUNDS = 80_000, 15

IMATINIB = protocol.load("imatinib-hes")
Table = Any


@pytest.fixture(scope="module")
def in_c(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The C function."""
    if by_hand.compiler() is None:
        pytest.skip("no C compiler")
    return by_hand.built(tmp_path_factory.mktemp("c"))


def test_the_same_seed_gives_the_same_courses_with_twelve_visits_on_average() -> None:
    table = simulated.visits(2_000)
    assert table.equals(simulated.visits(2_000)) and not table.equals(simulated.visits(2_000, seed=1))
    assert 11.7 < table.num_rows / 2_000 < 12.3


def test_the_rules_by_hand_decide_as_the_reference_does(in_c: Any, tmp_path: Path) -> None:
    table = simulated.visits(40)
    run = by_hand.Run(IMATINIB, table)
    in_c(ctypes.byref(run.struct))
    mine, theirs = run.columns(IMATINIB), protocol.replay_table(IMATINIB, table).to_pydict()
    assert {name: theirs[name] for name in mine} == mine


# What it costs


def quickest(ways: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Processor time of each way in its quickest round. They take turns, so that whatever else runs slows all alike."""
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.process_time()
            way()
            found[name] = min(found[name], time.process_time() - began)
    return found


def beside_c(in_c: Any, table: Table, name: str) -> dict[str, Callable[[], object]]:
    """The rules by hand, and a table under its name, as ways to decide it."""
    run = by_hand.Run(IMATINIB, table)
    return {"by hand in C": lambda: in_c(ctypes.byref(run.struct)), name: lambda: protocol.replay_table(IMATINIB, table)}


def told(found: Mapping[str, float], visits: int) -> None:
    print()
    for name, seconds in found.items():
        print(f"{name}: {seconds / visits * 1e9:.0f} ns a visit")


@pytest.fixture(scope="module")
def table() -> Table:
    """About a million visits."""
    return simulated.visits(PATIENTS)


@pytest.fixture(scope="module")
def grown(table: Table) -> Table:
    """The same, under trees that have grown all that it asks, in loops that are compiled."""
    protocol.replay_table(IMATINIB, table)
    return table


@pytest.mark.benchmark
def test_one_thread_costs_at_most_a_fifth_more_than_the_rules_by_hand(in_c: Any, grown: Table) -> None:
    found = quickest(beside_c(in_c, grown, "columns"))
    told(found, grown.num_rows)
    print(f"{found['columns'] / found['by hand in C']:.2f} times")
    assert found["columns"] <= 1.2 * found["by hand in C"]


@pytest.mark.benchmark
def test_what_two_cores_do_at_the_same_time_is_reported_apart(in_c: Any, grown: Table) -> None:
    """Each of two processes decides the whole table again and again, as each alone does; by the clock on the wall."""
    ways, alone = beside_c(in_c, grown, "columns"), {}
    print()
    for name, way in ways.items():
        alone[name], *both = at_once(way, 1) + at_once(way, 2)
        million = [grown.num_rows / seconds / 1e6 for seconds in (alone[name], *both)]
        print(f"{name}: {million[0]:.1f} million visits a second on one core, {sum(million[1:]):.1f} million on two")
    assert all(alone.values())


def at_once(way: Callable[[], object], workers: int) -> list[float]:
    """The seconds that a round takes each of so many processes, which all work at the same time."""
    context = get_context("fork")
    begin, results = context.Barrier(workers), context.Queue()

    def work() -> None:
        begin.wait()
        began = time.perf_counter()
        for _ in range(ROUNDS):
            way()
        results.put((time.perf_counter() - began) / ROUNDS)

    processes = [context.Process(target=work) for _ in range(workers)]
    for process in processes:
        process.start()
    found = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    return found


@pytest.mark.benchmark
def test_one_thread_of_numpy_alone_costs_at_most_three_times_the_rules_by_hand(
    in_c: Any, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_columns, "has_loops", lambda: False)
    assert protocol.replay_table(IMATINIB, table).schema.metadata == {b"decided": b"in rounds over columns"}
    found = quickest(beside_c(in_c, table, "rounds"))
    told(found, table.num_rows)
    print(f"{found['rounds'] / found['by hand in C']:.2f} times")
    assert found["rounds"] <= 3 * found["by hand in C"]


@pytest.mark.benchmark
@pytest.mark.xfail(
    reason="far below the bound, which the rules by hand in C do not reach either: 140 to 150 times as many in both",
    strict=False,
)
def test_a_visit_costs_a_thousandth_of_an_event_with_float_guards(in_c: Any, grown: Table) -> None:
    patient, random = guarded.Twelve(), Random(2003)
    values = [guarded.twelve_values(random) for _ in range(5_000)]

    def theirs() -> None:
        for number, found in enumerate(values):
            patient.visit(values=found, day=7.0 * number)

    found = quickest({"transitions": theirs, **beside_c(in_c, grown, "columns")}, 3)
    times = {name: (found["transitions"] / len(values)) / (found[name] / grown.num_rows) for name in ("by hand in C", "columns")}
    print()
    for name, as_many in times.items():
        print(f"{name}: {as_many:.0f} times as many visits as events of transitions with 12 inputs")
    assert times["columns"] >= 1_000


@pytest.mark.benchmark
def test_from_file_to_file_takes_at_most_twice_what_reading_and_writing_take(grown: Table, tmp_path: Path) -> None:
    from pyarrow import parquet

    source, target = tmp_path / "visits.parquet", tmp_path / "decisions.parquet"
    parquet.write_table(grown, source)
    decisions = protocol.replay_table(IMATINIB, read(source))

    def bare() -> None:
        read(source)
        parquet.write_table(decisions, target)

    def whole() -> None:
        parquet.write_table(protocol.replay_table(IMATINIB, read(source)), target)

    found = quickest({"read and write": bare, "with the decisions": whole}, 5)
    told(found, grown.num_rows)
    print(f"{found['with the decisions'] / found['read and write']:.2f} times")
    assert found["with the decisions"] <= 2 * found["read and write"]


def read(source: Path) -> Table:
    from pyarrow import parquet

    return parquet.read_table(source, use_threads=False, read_dictionary=["patient", "response", "given"])


@pytest.mark.benchmark
def test_memory_beside_what_goes_in_and_comes_out_is_small(grown: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    # What the check of the table needs is given back before the decisions are made, and is less than these.
    visits, pooled = checked(IMATINIB, grown), list[int]()

    def counted(size: int, kind: Any) -> tuple[Any, Any]:
        found = by_arrow(size, kind)
        pooled.append(found[1].size)
        return found

    by_arrow = outcome.pooled
    monkeypatch.setattr(outcome, "pooled", counted)
    monkeypatch.setattr(replayed, "_ROOM", Room())
    tracemalloc.start()
    decisions = by_columns.decisions(IMATINIB, visits)
    peak = tracemalloc.get_traced_memory()[1] + sum(pooled)
    tracemalloc.stop()
    own = sum(decisions[name].nbytes for name in decisions.column_names if name not in ("patient", "elapsed"))
    beside = (peak - own) / grown.num_rows
    print(f"\n{own / grown.num_rows:.1f} bytes a visit come out, {beside:.1f} more at the peak")
    assert 0 < beside <= 16


@pytest.mark.benchmark
@pytest.mark.xfail(
    reason="met by a machine that does nothing else (1.2 times), not always where it does: 10^4 visits have 0.3 ms of set-up",
    strict=False,
)
def test_what_a_visit_costs_hardly_depends_on_how_many_there_are() -> None:
    """With trees that have grown. What growing costs is told beside: it is most of the first run, and gets less and less."""
    found = {}
    for rows in (10**4, 10**5, 10**6, 10**7):
        seconds, visits, growing = 0.0, 0, 0.0
        for bucket in simulated.buckets(rows, seed=1):
            began = time.process_time()
            protocol.replay_table(IMATINIB, bucket)
            growing += time.process_time() - began
            # A short run is as often disturbed as a long one for each visit of it, so it is tried as many times more.
            again = quickest({"again": partial(protocol.replay_table, IMATINIB, bucket)}, max(3, 10**6 // rows))["again"]
            seconds, visits = seconds + again, visits + bucket.num_rows
        found[rows] = seconds / visits
        print(f"\n{visits} visits: {growing / visits * 1e9:.0f} ns while the trees grow, {found[rows] * 1e9:.0f} ns then")
    assert max(found.values()) <= 1.3 * min(found.values())
