"""How are courses replayed without a library of columns? By what is remembered of others, or row by row down compiled trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress, groupby
from typing import NamedTuple

from attrs import define

from protocol.executors.compiled import judging
from protocol.executors.compiled.acting import acted
from protocol.executors.compiled.compiling import frame
from protocol.executors.compiled.native import only_by_reference
from protocol.executors.compiled.patients import patient_of
from protocol.executors.compiled.rows import Columns, Reader, Row, coders, visit_of
from protocol.executors.compiled.tree import BEYOND, Tree, planted
from protocol.executors.decision_row import Row as Said
from protocol.executors.decision_row import row_of
from protocol.executors.lanes.by_memory import ByMemory, fits
from protocol.executors.lanes.marks import Crowded
from protocol.model.course import Course
from protocol.model.protocol import Protocol
from protocol.semantics.trace import of_visits


@define(eq=False)
class Walker:
    """A compiled protocol, which grows as patients come, and how its visits are read."""

    tree: Tree
    reader: Reader
    memory: ByMemory | None = None


class Decided(NamedTuple):
    """What a table of decisions says of a visit, but for how many readings were refused, which stands apart.

    ``by_itself``: no visit, but a moment at which an order fell due.
    """

    time: int
    said: Said
    refused: int
    by_itself: bool = False


def walker(protocol: Protocol) -> Walker | None:
    """A protocol made ready for many courses; None where only the reference can decide it."""
    if only_by_reference(protocol):
        return None
    compiled = frame(protocol)
    tree = planted(compiled)
    reader = Reader(compiled, coders(compiled), tree.givens)
    return Walker(tree, reader, ByMemory(tree, reader) if fits(tree) else None)


def of_course(ready: Walker, course: Course) -> list[Decided] | None:
    """The decision at each visit of a course; None where it is one for the reference."""
    rows = ready.reader.of_course(course)
    return None if rows is None else of_rows(ready, rows)


class Replayed(NamedTuple):
    """The decisions of one patient, as columns. ``by_reference``: what is missing could be completed in too many ways.

    ``by_itself`` are the numbers of those that stand at no visit, but at a moment at which an order fell due.
    """

    patient: str
    times: Sequence[int]
    said: Sequence[Said]
    refused: Sequence[int]
    by_itself: frozenset[int] = frozenset()
    by_reference: bool = False

    @property
    def decisions(self) -> tuple[Decided, ...]:
        """One decision after the other."""
        every = enumerate(zip(self.times, self.said, self.refused, strict=True))
        return tuple(Decided(*one, number in self.by_itself) for number, one in every)


def replay_plain(protocol: Protocol, columns: Columns, follow: str = "given") -> Iterator[Replayed]:
    """The decisions at all visits of a table of visits that was checked, given as plain columns (``table.to_pydict()``).

    One patient after the other; whoever the compiled protocol cannot decide is decided by the reference, which each one says.
    """
    ready = walker(protocol)
    if ready is None:
        for numbers in _patients(columns):
            yield _by_reference(protocol, columns, numbers, follow)
    else:
        yield from replayed(ready, columns, follow)


def replayed(ready: Walker, columns: Columns, follow: str = "given") -> Iterator[Replayed]:
    """The same under a protocol that was made ready, and remembers what it has seen."""
    for numbers, found in decided(ready, columns, follow):
        yield found or _by_reference(ready.tree.frame.protocol, columns, numbers, follow)


def decided(ready: Walker, columns: Columns, follow: str = "given") -> Iterator[tuple[range, Replayed | None]]:
    """The same with the numbers of the rows of each patient; None in place of a course that is one for the reference."""
    end = 0
    try:
        for begin, end, times, said, refused in ready.memory.told(columns, follow) if ready.memory else ():
            yield range(begin, end), None if said is None else Replayed(columns["patient"][begin], times, said, refused)
    except Crowded:
        ready.memory = None
    if end < len(columns["patient"]):
        rest = {name: column[end:] for name, column in columns.items()} if end else columns
        yield from ((range(rows.start + end, rows.stop + end), found) for rows, found in _row_by_row(ready, rest, follow))


def _row_by_row(ready: Walker, columns: Columns, follow: str) -> Iterator[tuple[range, Replayed | None]]:
    rows = ready.reader.of_columns(columns, follow)
    for numbers in _patients(columns):
        found = of_rows(ready, rows[numbers.start : numbers.stop])
        yield numbers, None if found is None else _replayed(columns["patient"][numbers.start], found)


def _patients(columns: Columns) -> Iterator[range]:
    """The numbers of the rows of each patient."""
    begin = 0
    for _, group in groupby(columns["patient"]):
        end = begin + sum(1 for _ in group)
        yield range(begin, end)
        begin = end


def _replayed(patient: str, found: Sequence[Decided], by_reference: bool = False) -> Replayed:
    times, said, refused, by_itself = zip(*found, strict=True)
    return Replayed(patient, times, said, refused, frozenset(compress(range(len(found)), by_itself)), by_reference)


def _by_reference(protocol: Protocol, columns: Columns, numbers: Sequence[int], follow: str) -> Replayed:
    """The rows of one patient as the reference decides them."""
    visits = tuple(visit_of(protocol, columns, number, follow) for number in numbers)
    only = columns.get("dose only", ())
    met = {visit.time for number, visit in zip(numbers, visits, strict=True) if not (only and only[number])}
    patient, times = str(columns["patient"][numbers[0]]), {visit.time for visit in visits}
    found = of_visits(protocol, Course(patient, visits), met).steps
    decisions = [
        Decided(step.visit.time, row_of(protocol, step), len(step.refused), step.visit.time not in times) for step in found
    ]
    return _replayed(patient, decisions, True)


def of_rows(ready: Walker, rows: Sequence[Row]) -> list[Decided] | None:
    """The decision at each row of one patient; None where the course is one for the reference."""
    tree = ready.tree
    patient, acts = patient_of(tree), tree.frame.protocol.between_visits == "act"
    times, numbers, by_itself = list[int](), list[int](), set[int]()
    for row in rows:
        for time, number in acted(patient, row.time) if acts else ():
            by_itself.add(len(times))
            times.append(time)
            numbers.append(number)
        times.append(row.time)
        numbers.append(BEYOND if BEYOND in numbers[-1:] else patient.visit(row))
        if numbers[-1] == BEYOND:
            return None
    said = _said(ready, rows, times, numbers, patient.until)
    if not by_itself:
        return list(map(Decided, times, said, patient.refused))
    found = zip(times, said, patient.refused, strict=True)
    return [Decided(*one, number in by_itself) for number, one in enumerate(found)]


def _said(ready: Walker, rows: Sequence[Row], times: list[int], numbers: list[int], until: Sequence[int | None]) -> list[Said]:
    """What is said of each leaf; of a deviation only what was given later tells whether the change was in time, or too late."""
    leaves = [leaf for number in numbers if (leaf := ready.tree.leaves[number])]
    dosing = {row.time for row in rows if row.dose_only}
    return judging.rows(ready.tree.frame.protocol, judging.Visits(times, leaves, until, dosing))
