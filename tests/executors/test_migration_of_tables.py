"""A patient held by a cell of a table goes over to an amended protocol with that cell, wherever the table has it now."""

from __future__ import annotations

import pytest

from protocol import machine
from protocol.errors import MigrationError
from protocol.executors.machine import LiveCourse
from protocol.language.from_yaml import parse
from protocol.model.protocol import Protocol
from tests.executors.test_machine import done, signed
from tests.semantics.small import visit

ROWS = ('      "platelets < 50": [hold then at most low, "-"]\n', '      "platelets >= 100": [continue, resume at high]\n')
NEW_ROW = '      "platelets >= 50 and platelets < 100": [reduce, "-"]\n'


def printed(*rows: str, version: int = 1, table: str = "counts") -> Protocol:
    return parse(f"""
protocol: tabled
version: {version}
doses: {{low: 50 mg daily, high: 100 mg daily}}
inputs: {{platelets: {{unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}}}}
rules:
  begin: {{in: before treatment, when: always, must: start at high}}
  {table}:
    columns: [on treatment, held by {table}]
    rows:
{"".join(rows)}""")


def held() -> LiveCourse:
    course = machine.begin(printed(*ROWS), "p")
    for one in (visit(0, platelets=200), visit(7, platelets=40)):
        done(course, one)
    assert course.state.reasons == {"counts.1.1"}
    return course


def moved(new: Protocol, **mapping: dict[str, str]) -> frozenset[str]:
    course = held()
    course.migrate(new, machine.Mapping(**mapping), **signed(course, why="amended"))
    return course.state.reasons


def test_a_cell_that_stands_elsewhere_in_its_table_is_found_there() -> None:
    assert moved(printed(NEW_ROW, *reversed(ROWS), version=2)) == {"counts.3.1"}


def test_a_table_of_another_name_is_mapped_as_a_whole() -> None:
    assert moved(printed(NEW_ROW, *ROWS, version=2, table="by-count"), rules={"counts": "by-count"}) == {"by-count.2.1"}


def test_a_cell_that_does_something_else_now_is_mapped_by_name() -> None:
    other = printed('      "platelets < 50": [hold, "-"]\n', ROWS[1], version=2)
    with pytest.raises(MigrationError) as caught:
        moved(other)
    assert "hold rule 'counts.1.1': write rules={'counts.1.1': ...} with 'counts.1.1', 'unordered'" in str(caught.value)
    assert moved(other, rules={"counts.1.1": "counts.1.1"}) == {"counts.1.1"}
    assert moved(other, rules={"counts": "unordered"}) == {"unordered"}


def test_a_table_that_is_not_there_is_a_slip_of_the_pen() -> None:
    with pytest.raises(MigrationError, match="there is no 'count'"):
        moved(printed(*ROWS, version=2), rules={"count": "counts"})
