"""How are courses replayed without a library of columns? One row after the other, down the trees of a compiled protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from attrs import Factory, define

from protocol.executors.compiled import judging, layout
from protocol.executors.compiled.coding import REFUSED, coders
from protocol.executors.compiled.compiling import frame
from protocol.executors.compiled.computed import Kept
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.leaves import Leaf
from protocol.executors.compiled.leaves import Row as Said
from protocol.executors.compiled.native import only_by_reference
from protocol.executors.compiled.passing import move, pass_time
from protocol.executors.compiled.rows import Reader, Row
from protocol.executors.compiled.tree import BEYOND, Tree, planted
from protocol.executors.compiled.walking import decision, truths
from protocol.model.course import Course
from protocol.model.protocol import Protocol

Decided = tuple[Said, int]
"""What a table of decisions says of a visit, but for how many readings were refused, which stands apart."""


@define(eq=False)
class Walker:
    """A compiled protocol, which grows as patients come, and how its visits are read."""

    tree: Tree
    reader: Reader


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


def of_columns(
    ready: Walker, columns: Mapping[str, Sequence[Any]], follow: str = "given"
) -> list[tuple[str, list[Decided] | None]]:
    """For each patient of a table of visits, given as plain columns, the decision at each visit, or None as in ``of_course``."""
    rows = zip(columns["patient"], ready.reader.of_columns(columns, follow), strict=True)
    return [(patient, of_rows(ready, [row for _, row in group])) for patient, group in groupby(rows, key=itemgetter(0))]


def of_rows(ready: Walker, rows: Sequence[Row]) -> list[Decided] | None:
    """The decision at each row of one patient; None where the course is one for the reference."""
    tree = ready.tree
    patient = Patient(tree, tree.frame.first_registers(), kept_of(tree))
    found: list[tuple[int, Leaf]] = []
    deviates = False
    for row in rows:
        number = patient.visit(row)
        leaf = None if number == BEYOND else tree.leaves[number]
        if leaf is None:
            return None
        found.append((row.time, leaf))
        deviates = deviates or leaf.is_open
    said = [leaf.row for _, leaf in found]
    if deviates:
        said = judging.rows(tree.frame.protocol, found, {row.time for row in rows if row.dose_only})
    return list(zip(said, patient.refused, strict=True))


def kept_of(tree: Tree) -> Kept | None:
    """What is kept of a new patient, where something is computed."""
    return Kept(tree.frame.prepared, tree.frame.computed) if tree.frame.computed else None


@define(eq=False)
class Patient:
    """One patient on the way through the visits, with how many readings were refused at each."""

    tree: Tree
    registers: list[int]
    kept: Kept | None
    refused: list[int] = Factory(list)

    def visit(self, row: Row) -> int:
        """The leaf at a visit; BEYOND where only the reference can tell."""
        tree, registers, time = self.tree, self.registers, row.time
        last, moving = registers[layout.TIME], tree.frame.moving
        if moving and registers[layout.STARTED] == NONE:
            moving = [one for one in moving if one.tracker.from_baseline]
        for one in moving:
            pass_time(tree, one, registers, time, self.kept)
        if last != NONE and tree.place_drug[registers[layout.PLACE]]:
            registers[layout.ON_DRUG] += time - last
        registers[layout.TIME] = time
        measured = self._read(row)
        if measured is None:
            return BEYOND
        answers = [truths(tree, one, registers, time) for one in moving]
        for one, answer in zip(moving, answers, strict=True):
            move(tree, one, registers, answer, measured, time)
        return self._decided(row)

    def _read(self, row: Row) -> int | None:
        """The inputs that were measured, as bits; None as in ``read``."""
        found = read(self.tree, self.registers, row)
        if found is None:
            return None
        measured, refused = found
        if self.kept is not None:
            computed, more = self.kept.read(row.time, row.raw)
            self.kept.fill(self.registers, row.time)
            measured, refused = measured | computed, refused + more
        self.refused.append(refused)
        return measured

    def _decided(self, row: Row) -> int:
        number = decide(self.tree, self.registers, row.time, row.given)
        writes = 0 if number == BEYOND else self.tree.leaf_writes[number]
        if self.kept is not None and writes & (layout.SETS_STARTED | layout.ANEW):
            self.kept.begin(row.time, bool(writes & layout.ANEW))
        return number


def read(tree: Tree, registers: list[int], row: Row) -> tuple[int, int] | None:
    """The inputs that were measured, as bits, and how many readings are refused; None where a number that stands for ever was
    read again, of which the code does not say whether it is the same."""
    measured, refused, time, compiled = 0, 0, row.time, tree.frame
    for number, codes in row.updates:
        observed = layout.FIRST_FREE + number
        refused += codes is REFUSED
        if compiled.fixed[number] and registers[observed] != NONE:
            if codes and codes is not REFUSED:
                if not compiled.options[number]:
                    return None
                refused += codes[0] != registers[compiled.begins[number]]
        elif not codes or codes is REFUSED:
            registers[observed] = NONE
        else:
            registers[observed] = time
            measured |= 1 << number
            begin = compiled.begins[number]
            registers[begin : begin + len(codes)] = codes
    return measured, refused


def decide(tree: Tree, registers: list[int], time: int, given: int) -> int:
    """The leaf of a patient at a visit, who has moved on afterwards; BEYOND where only the reference can tell."""
    number = decision(tree, registers, time, given)
    writes, place = tree.leaf_writes[number], tree.leaf_next[number]
    if place == BEYOND:
        return BEYOND
    registers[layout.PLACE] = place
    if writes & layout.ANEW:
        _begin_anew(tree, registers, time)
    elif writes:
        _write(registers, writes, time)
    return number


def _write(registers: list[int], writes: int, time: int) -> None:
    """What a leaf writes."""
    for bit, register in _WRITTEN:
        if writes & bit:
            registers[register] = time
    if writes & layout.SETS_HOLD:
        registers[layout.HELD_ON_DRUG] = registers[layout.ON_DRUG]
    if writes & layout.SETS_STEPPED:
        registers[layout.STEPPED_ON_DRUG] = registers[layout.ON_DRUG]


_WRITTEN = (
    (layout.SETS_STARTED, layout.STARTED), (layout.SETS_ENTERED, layout.ENTERED), (layout.SETS_CHANGED, layout.CHANGED),
    (layout.SETS_RAISED, layout.RAISED), (layout.SETS_LOWERED, layout.LOWERED), (layout.SETS_HOLD, layout.HOLD_BEGAN),
    (layout.SETS_STEPPED, layout.STEPPED),
)  # fmt: skip


def _begin_anew(tree: Tree, registers: list[int], time: int) -> None:
    """Times, minutes on drug and trackers as of a new patient; what was read stays, and when the last hold began."""
    first = tree.frame.first_registers()
    begin = tree.frame.first_tracker()
    registers[begin:] = first[begin:]
    for register in (layout.STARTED, layout.ENTERED, layout.CHANGED, layout.RAISED, layout.STEPPED):
        registers[register] = time
    registers[layout.LOWERED] = NONE
    for register in (layout.ON_DRUG, layout.STEPPED_ON_DRUG, layout.HELD_ON_DRUG):
        registers[register] = 0
