"""How are courses replayed without a library of columns? One row after the other, down the trees of a compiled protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from attrs import define, frozen

from protocol.executors.compiled import judging
from protocol.executors.compiled.acting import acted
from protocol.executors.compiled.compiling import frame
from protocol.executors.compiled.judging import Seen
from protocol.executors.compiled.native import only_by_reference
from protocol.executors.compiled.patients import patient_of
from protocol.executors.compiled.rows import Columns, Reader, Row, coders, visit_of
from protocol.executors.compiled.tree import BEYOND, Tree, planted
from protocol.executors.decision_row import Row as Said
from protocol.executors.decision_row import row_of
from protocol.model.course import Course
from protocol.model.protocol import Protocol
from protocol.semantics.trace import of_visits


@define(eq=False)
class Walker:
    """A compiled protocol, which grows as patients come, and how its visits are read."""

    tree: Tree
    reader: Reader


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
    return Walker(tree, Reader(compiled, coders(compiled), tree.givens))


def of_course(ready: Walker, course: Course) -> list[Decided] | None:
    """The decision at each visit of a course; None where it is one for the reference."""
    rows = ready.reader.of_course(course)
    return None if rows is None else of_rows(ready, rows)


@frozen
class Replayed:
    """The decisions of one patient; ``by_reference``: the completions at a visit were too many for a compiled protocol."""

    patient: str
    decisions: tuple[Decided, ...]
    by_reference: bool = False


def replay_plain(protocol: Protocol, columns: Columns, follow: str = "given") -> Iterator[Replayed]:
    """The decisions at all visits of a table of visits that was checked, given as plain columns (``table.to_pydict()``).

    One patient after the other; whoever the compiled protocol cannot decide is decided by the reference, which each one says.
    """
    ready = walker(protocol)
    if ready is None:
        rows = enumerate(columns["patient"])
        groups = (tuple(number for number, _ in group) for _, group in groupby(rows, key=itemgetter(1)))
        yield from (_by_reference(protocol, columns, numbers, follow) for numbers in groups)
        return
    every = enumerate(ready.reader.of_columns(columns, follow))
    for patient, group in groupby(every, key=lambda one: columns["patient"][one[0]]):
        numbers, visits = zip(*group, strict=True)
        found = of_rows(ready, visits)
        yield _by_reference(protocol, columns, numbers, follow) if found is None else Replayed(patient, tuple(found))


def _by_reference(protocol: Protocol, columns: Columns, numbers: Sequence[int], follow: str) -> Replayed:
    """The rows of one patient as the reference decides them."""
    visits = tuple(visit_of(protocol, columns, number, follow) for number in numbers)
    only = columns.get("dose only", ())
    met = {visit.time for number, visit in zip(numbers, visits, strict=True) if not (only and only[number])}
    patient, times = str(columns["patient"][numbers[0]]), {visit.time for visit in visits}
    found = of_visits(protocol, Course(patient, visits), met).steps
    decisions = (
        Decided(step.visit.time, row_of(protocol, step), len(step.refused), step.visit.time not in times) for step in found
    )
    return Replayed(patient, tuple(decisions), True)


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
    tree = ready.tree
    leaves = [leaf for number in numbers if (leaf := tree.leaves[number])]
    if not any(leaf.is_open for leaf in leaves):
        return [leaf.row for leaf in leaves]
    seen = [Seen(*one) for one in zip(times, leaves, until, strict=True)]
    return judging.rows(tree.frame.protocol, seen, {row.time for row in rows if row.dose_only})
