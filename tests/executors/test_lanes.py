"""What is done with all rows of plain columns at once comes to what one row after the other comes to."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from attrs import evolve

import protocol
from protocol.executors.lanes import chunk, marks, memory
from protocol.executors.lanes.carried import Spans, carried, first
from protocol.executors.plain import Walker, replayed, walker
from protocol.model.time import DAY, WEEK

arrow = pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from tests.benchmarks import simulated  # noqa: E402 - it imports the extra
from tests.executors.test_columns import visits  # noqa: E402

IMATINIB = protocol.load("imatinib-hes")


def rows(random: Random, unit: int, longest: int) -> tuple[list[str], list[int], bytes]:
    """Patients, times and marks of some visits."""
    patients, times, read = list[str](), list[int](), list[int]()
    for number in range(12):
        time = random.choice((0, -WEEK, 3 * unit))
        for _ in range(random.randint(1, 40)):
            patients.append(f"patient {number}")
            times.append(time)
            read.append(random.choice((0, 0, 0, 1, 2, 200)))
            time += unit * random.randint(1, longest)
    return patients, times, bytes(read)


@pytest.mark.parametrize(("unit", "longest"), [(DAY, 9), (DAY, 400), (1, 2), (1, 90_000), (60, 5_000), (7 * DAY, 1)])
def test_a_reading_is_carried_on_as_long_as_it_counts(unit: int, longest: int) -> None:
    random = Random(unit + longest)
    patients, times, read = rows(random, unit, longest)
    valid = [0, unit, 3 * unit + 1, 8 * DAY, 35 * DAY, 2**61]
    spans = Spans(patients, times, valid)
    for minutes in valid:
        expected, began = list[int](), list[int]()
        for row, patient in enumerate(patients):
            seen = [at for at in range(row + 1) if patients[at] == patient and read[at]]
            expected.append(read[seen[-1]] if seen and times[row] - times[seen[-1]] <= minutes else 0)
            began.append(read[seen[0]] if seen else 0)
        assert list(carried(spans, read, minutes)) == expected
        assert list(first(spans, read)) == began


def alike(ready: Walker, table: dict[str, list[Any]]) -> bool:
    """Whether what is remembered makes no difference."""
    mine, alone = replayed(ready, table), replayed(evolve(ready, memory=None), table)
    return [one.decisions for one in mine] == [one.decisions for one in alone]


@pytest.mark.parametrize("name", ["imatinib-hes/2026-dress", "imatinib-label/differential", "clozapine-anc", "capecitabine",
                                  "cdiscpilot-xanomeline", "imatinib-label/advanced"])  # fmt: skip
def test_shipped_protocols_are_decided_alike_with_what_is_remembered_and_without(name: str) -> None:
    spec = protocol.load(name)
    ready = walker(spec)
    assert ready is not None and ready.memory is not None
    for seed in range(2):
        assert alike(ready, visits(Random(seed), spec, 12).to_pydict())


def test_what_was_forgotten_is_learned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 7)
    monkeypatch.setattr(chunk, "AT_ONCE", 100)
    ready = walker(IMATINIB)
    assert ready is not None
    assert alike(ready, simulated.visits(40).to_pydict())
    assert ready.memory is not None and ready.memory.memory.paths <= 7


def test_where_a_byte_is_too_small_the_rest_is_decided_one_row_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "AT_ONCE", 10)
    ready = walker(IMATINIB)
    assert ready is not None
    table = simulated.visits(30).to_pydict()
    expected = [one.decisions for one in replayed(ready, table)]
    monkeypatch.setattr(marks, "MOST", 2)
    again = walker(IMATINIB)
    assert again is not None
    found = list(replayed(again, table))
    assert again.memory is None
    assert [one.decisions for one in found] == expected
    assert [one.patient for one in found] == list(dict.fromkeys(table["patient"]))


def test_a_dose_that_was_never_met_before_widens_no_key() -> None:
    ready = walker(IMATINIB)
    assert ready is not None
    assert ready.memory is not None
    table = simulated.visits(40).to_pydict()
    assert alike(ready, table)
    before = ready.memory.fields.size, ready.memory.fields.drawn
    table["given"] = [f"{100 + row} mg every day" for row in range(len(table["elapsed"]))]
    assert alike(ready, table)
    assert len(ready.reader.givens) > 256
    assert (ready.memory.fields.size, ready.memory.fields.drawn) == before
