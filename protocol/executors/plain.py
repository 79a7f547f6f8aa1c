"""How are courses replayed without a library of columns? One row after the other, down the trees of a compiled protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from attrs import define, frozen

from protocol.executors.compiled import judging
from protocol.executors.compiled.acting import acted
from protocol.executors.compiled.compiling import frame
from protocol.executors.compiled.judging import Seen
from protocol.executors.compiled.leaves import Row as Said
from protocol.executors.compiled.leaves import said_of
from protocol.executors.compiled.native import only_by_reference
from protocol.executors.compiled.patients import patient_of
from protocol.executors.compiled.rows import Columns, Reader, Row, coders, visit_of
from protocol.executors.compiled.tree import BEYOND, Tree, planted
from protocol.model.course import Course
from protocol.model.protocol import Protocol
from protocol.semantics.trace import of_visits


@define(eq=False)
class Walker:
    """A compiled protocol, which grows as patients come, and how its visits are read."""

    tree: Tree
    reader: Reader


@frozen
class Decided:
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
        Decided(step.visit.time, said_of(protocol, step), len(step.refused), step.visit.time not in times) for step in found
    )
    return Replayed(patient, tuple(decisions), True)


def of_rows(ready: Walker, rows: Sequence[Row]) -> list[Decided] | None:
    """The decision at each row of one patient; None where the course is one for the reference."""
    tree = ready.tree
    patient = patient_of(tree)
    acts = tree.frame.protocol.between_visits == "act"
    found: list[Seen] = []
    by_itself, deviates = set[int](), False
    for row in rows:
        taken = [*acted(patient, row.time)] if acts else []
        by_itself.update(range(len(found), len(found) + len(taken)))
        for time, number in (*taken, (row.time, BEYOND if taken and taken[-1][1] == BEYOND else patient.visit(row))):
            leaf = None if number == BEYOND else tree.leaves[number]
            if leaf is None:
                return None
            found.append(Seen(time, leaf, patient.until[-1]))
            deviates = deviates or leaf.is_open
    said = [seen.leaf.row for seen in found]
    if deviates:
        said = judging.rows(tree.frame.protocol, found, {row.time for row in rows if row.dose_only})
    made = zip(found, said, patient.refused, strict=True)
    return [Decided(seen.time, row, refused, number in by_itself) for number, (seen, row, refused) in enumerate(made)]
