"""Tables of many courses are decided by the loops over columns as by the reference, row by row and column by column."""

from __future__ import annotations

import sys
from random import Random
from typing import Any

import pytest
from attrs import evolve

import protocol
from protocol.executors.plain import walker
from protocol.model.course import Course
from protocol.model.guard import Clock, Compare, Ratio, Tracked, Value, nodes
from protocol.model.input import Number
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.testing.courses import any_time, any_visit
from protocol.testing.protocols import any_protocol
from tests.executors.visits import fits_a_table, table

arrow = pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from protocol.executors import by_columns, by_reference  # noqa: E402 - they import the extra
from protocol.executors.columnar.whole_patients import is_fit  # noqa: E402
from protocol.executors.visits_table import checked  # noqa: E402

WAYS = ("in loops over columns", "in rounds over columns")


def take(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets columns be decided in a way, tables of few patients too."""
    if way == WAYS[0]:
        pytest.importorskip("numba", reason="the loops over columns need the extra 'bulk'")
    monkeypatch.setattr(by_columns, "has_loops", lambda: way == WAYS[0])
    monkeypatch.setattr("protocol.executors.in_rounds.replayed._FEW", 0)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """In which way columns are decided."""
    name: str = request.param
    take(name, monkeypatch)
    return name


def drawn(random: Random, spec: Protocol, name: str) -> Course:
    """A course as a table of visits can hold it."""
    found, time = [], random.choice((0, 0, 0, -WEEK))
    for _ in range(random.randint(1, 9)):
        visit = any_visit(random.choice, spec, time)
        once = {one.input: evolve(one, observed=None, recorded=None, unit="") for one in visit.observations}
        course = Course(name, (evolve(visit, observations=tuple(once.values()), latest=None),))
        found += course.visits if fits_a_table(course) else ()
        time = max(any_time(random.choice, spec, time), time + 1)
    return Course(name, tuple(found))


def visits(random: Random, spec: Protocol, patients: int) -> Any:
    """A table of visits of so many patients, some rows of which only change the dose."""
    found = table(spec, (drawn(random, spec, f"patient {number}") for number in range(patients)))
    only = arrow.array([random.random() < 0.1 for _ in range(found.num_rows)])
    return checked(spec, found.append_column("dose only", only) if random.random() < 0.5 else found)


def differences(spec: Protocol, rows: Any, follow: str = "given") -> list[Any]:
    """The rows that are decided in two ways."""
    mine, theirs = (way.decisions(spec, rows, follow).to_pylist() for way in (by_columns, by_reference))
    assert len(mine) == len(theirs)
    return [(one, other) for one, other in zip(mine, theirs, strict=True) if one != other]


def asks(spec: Protocol, kind: type) -> bool:
    """Whether something is compared of which a rule can tell whether it is just at a threshold: a number, a clock, a tracker."""
    numbers = {item.name for item in spec.inputs if isinstance(item.kind, Number)}
    found = [node.term for rule in spec.rules for node in nodes(rule.when) if isinstance(node, Compare)]
    return any(isinstance(term, kind) and getattr(term, "input", None) in (None, *numbers) for term in found)


def fitting(random: Random, kind: type = object) -> Protocol:
    """A protocol that columns can take, and that compares something of this kind."""
    while True:
        spec = evolve(any_protocol(random.choice, tables=random.random() < 0.3), between_visits="wait")
        ready = walker(spec) if asks(spec, kind) else None
        if ready is not None and is_fit(ready):
            return spec


@pytest.mark.parametrize("seed", range(4))
def test_any_table_under_any_protocol_is_decided_as_by_the_reference(seed: int, way: str) -> None:
    random, ways = Random(seed), set()
    for kind in (Value, Ratio, Clock, Clock, Tracked):
        spec = fitting(random, kind)
        rows, follow = visits(random, spec, 25), random.choice(("given", "given", "recommended"))
        assert not differences(spec, rows, follow)
        ways.add(by_columns.decisions(spec, rows, follow).schema.metadata[b"decided"].split(b";")[0].decode())
    assert way in ways


def test_the_metadata_say_in_which_way_a_table_was_decided(way: str) -> None:
    spec = protocol.load("imatinib-hes")
    found = by_columns.decisions(spec, visits(Random(1), spec, 30))
    assert found.schema.metadata == {b"decided": way.encode()}
    heparin = protocol.load("heparin-raschke")
    assert by_columns.decisions(heparin, visits(Random(1), heparin, 5)).schema.metadata[b"decided"].startswith(b"one row after")


@pytest.mark.usefixtures("way")
def test_a_table_does_not_depend_on_what_was_decided_before() -> None:
    spec = protocol.load("imatinib-hes")
    rows = visits(Random(2), spec, 20)
    first = by_columns.decisions(spec, rows)
    by_columns.decisions(spec, visits(Random(3), spec, 40))
    assert by_columns.decisions(spec, rows).equals(first)
    assert first.equals(by_reference.decisions(spec, rows))


def test_patients_in_several_chunks_and_a_long_one_are_decided_alike(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = protocol.load("imatinib-hes")
    rows = visits(Random(4), spec, 60)
    whole = by_columns.decisions(spec, rows)
    module = "columnar" if way == WAYS[0] else "in_rounds"
    monkeypatch.setattr(f"protocol.executors.{module}.replayed.AT_ONCE", 7)
    assert by_columns.decisions(spec, rows).equals(whole)


def test_without_the_library_of_loops_the_rows_go_in_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = protocol.load("imatinib-hes")
    rows = visits(Random(5), spec, 30)
    monkeypatch.setattr(by_columns, "_READY", {})
    monkeypatch.setitem(sys.modules, "numba", None)
    by_columns.has_loops.cache_clear()
    found = by_columns.decisions(spec, rows)
    by_columns.has_loops.cache_clear()
    assert found.schema.metadata == {b"decided": b"in rounds over columns"} and found.equals(by_reference.decisions(spec, rows))


def test_where_nothing_can_be_kept_the_loops_are_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="the loops over columns need the extra 'bulk'")
    from protocol.executors.columnar import machine_code

    def njit(**options: Any) -> Any:
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda loop: loop

    monkeypatch.setattr(machine_code.numba, "njit", njit)
    assert machine_code.compiled(len) is len


@pytest.mark.usefixtures("way")
def test_however_a_table_is_laid_out_it_is_decided_alike() -> None:
    """In several pieces, sliced, with dictionaries of its own in each, with narrow or wide numbers and texts."""
    spec = protocol.load("imatinib-hes")
    rows = visits(Random(6), spec, 40)
    expected = by_columns.decisions(spec, rows)
    pieces = arrow.concat_tables([rows.slice(0, 7), rows.slice(7, 50), rows.slice(57)])
    encoded = arrow.concat_tables([_encoded(rows.slice(0, 57)), _encoded(rows.slice(57))])
    narrow = rows.set_column(1, "elapsed", rows["elapsed"].cast("int32")).set_column(
        0, "patient", rows["patient"].cast("large_string")
    )
    numbers = rows["patient"].combine_chunks().dictionary_encode()
    small = arrow.DictionaryArray.from_arrays(numbers.indices.cast("uint8"), numbers.dictionary)
    few = rows.set_column(0, "patient", small)
    for one in (pieces, encoded, narrow, few):
        assert [by_columns.decisions(spec, checked(spec, one))[name].to_pylist() for name in expected.column_names] == [
            expected[name].to_pylist() for name in expected.column_names
        ]


def _encoded(rows: Any) -> Any:
    """The texts of a table as dictionaries."""
    texts = [name for name in rows.column_names if arrow.types.is_string(rows[name].type)]
    for name in texts:
        rows = rows.set_column(rows.column_names.index(name), name, rows[name].dictionary_encode())
    return rows
