"""How does one patient go through the visits: time passes, readings arrive, trackers move, a leaf is found, and it writes?"""

from __future__ import annotations

from attrs import Factory, define

from protocol.executors.compiled import layout
from protocol.executors.compiled.coding import NO_CODES, REFUSED, Codes
from protocol.executors.compiled.computed import Kept
from protocol.executors.compiled.dates import newest
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.passing import move, pass_time
from protocol.executors.compiled.rows import Row
from protocol.executors.compiled.trackers import Tracking
from protocol.executors.compiled.tree import BEYOND, Tree
from protocol.executors.compiled.view import View
from protocol.executors.compiled.walking import decision, truths
from protocol.executors.compiled.windows import until


@define(eq=False)
class Patient:
    """One patient on the way through the visits, with how many readings were refused at each, and until when it is on time."""

    tree: Tree
    registers: list[int]
    kept: Kept | None
    refused: list[int] = Factory(list)
    until: list[int | None] = Factory(list)

    def visit(self, row: Row) -> int:
        """The leaf at a visit; BEYOND where only the reference can tell."""
        self.arrive(row)
        return self.leave(row)

    def arrive(self, row: Row) -> None:
        """Time passes, what is observed at a visit is read, and trackers move; nothing is decided yet."""
        tree, registers, time = self.tree, self.registers, row.time
        last, compiled = registers[layout.TIME], tree.frame
        moving = compiled.moving if registers[layout.STARTED] != NONE else compiled.moving_before
        for one in moving:
            if one.lasts:
                pass_time(tree, one, registers, time, self.kept)
        if last != NONE and tree.place_drug[registers[layout.PLACE]]:
            registers[layout.ON_DRUG] += time - last
        registers[layout.TIME] = time
        measured = self._read(row)
        answers = [truths(tree, one, registers, time) for one in moving]
        for one, answer in zip(moving, answers, strict=True):
            move(tree, one, registers, answer, measured, time)
            if compiled.dated and one.tracker.name in compiled.dated:
                self._date(one, answer, time)

    def _date(self, one: Tracking, answer: int, time: int) -> None:
        """When a tracker of which that is asked changed, or was found to be so."""
        if one.tracker.kind == "since" and answer // 3 == layout.TRUE:
            view = View(self.tree.frame, self.registers, time)
            self.registers[one.first + 2] = max(self.registers[one.first + 2], newest(view, one.when, True))
        elif one.tracker.input and self.kept is not None and self.kept.has_changed(one.tracker, time):
            self.registers[one.first + 2] = time

    def _read(self, row: Row) -> int:
        """The inputs that were measured, as bits."""
        measured, refused = read(self.tree, self.registers, row)
        if self.kept is not None:
            computed, more = self.kept.read(row.time, row.raw)
            self.kept.fill(self.registers, row.time)
            measured, refused = measured | computed, refused + more
        self.refused.append(refused)
        return measured

    def leave(self, row: Row) -> int:
        """What is decided of a patient who arrived, and what becomes of it: the leaf, or BEYOND."""
        number = decision(self.tree, self.registers, row.time, row.given)
        leaf = self.tree.leaves[number]
        if leaf is None:
            return BEYOND
        self.until.append(until(leaf.closings, self.registers, row.time) if leaf.closings else None)
        follow(self.tree, self.registers, number, row.time)
        if self.kept is not None:
            self.kept.follow(leaf.moved.spot.dose, leaf.moved.writes, leaf.moved.supplement, row.time)
        return number

    def copied(self) -> Patient:
        """The same patient, who goes on alone."""
        return Patient(self.tree, self.registers.copy(), self.kept.copied() if self.kept else None)


def patient_of(tree: Tree) -> Patient:
    """A patient of whom nothing is known yet."""
    compiled = tree.frame
    kept = Kept(compiled.prepared, compiled.computed) if compiled.computed or compiled.kept else None
    return Patient(tree, compiled.first_registers(), kept)


def read(tree: Tree, registers: list[int], row: Row) -> tuple[int, int]:
    """The inputs that were measured, as bits, and how many readings are refused."""
    measured, refused, time = 0, 0, row.time
    for observed, begin, end, bit, codes in row.updates:
        if begin < 0:
            more, turned_down = _read_one(tree.frame, registers, observed, codes, time)
            measured, refused = measured | more, refused + turned_down
        else:
            registers[observed] = time
            registers[begin:end] = codes
            measured |= bit
    return measured, refused


def _read_one(frame: Frame, registers: list[int], number: int, codes: Codes, time: int) -> tuple[int, int]:
    """What was refused or not done, and what stands for ever once it was read: numbers of that kind are left to what is kept."""
    observed, begin, is_value = layout.FIRST_FREE + number, frame.begins[number], codes not in (NO_CODES, REFUSED)
    if frame.stands[number]:
        return 0, 0
    if frame.fixed[number] and registers[observed] != NONE:
        return 0, int(codes == REFUSED or (is_value and codes[0] != registers[begin]))
    if is_value:
        registers[observed], registers[begin] = time, codes[0]
        return 1 << number, 0
    registers[observed] = NONE
    return 0, int(codes == REFUSED)


def follow(tree: Tree, registers: list[int], number: int, time: int) -> None:
    """The patient moves on as a leaf says."""
    writes = tree.leaf_writes[number]
    registers[layout.PLACE] = tree.leaf_next[number]
    if writes & layout.ANEW:
        _begin_anew(tree, registers, time)
    elif writes:
        _write(registers, writes, time)


def _write(registers: list[int], writes: int, time: int) -> None:
    """What a leaf writes."""
    for bit, register in WRITTEN:
        if writes & bit:
            registers[register] = time
    if writes & layout.SETS_HOLD:
        registers[layout.HELD_ON_DRUG] = registers[layout.ON_DRUG]
    if writes & layout.SETS_STEPPED:
        registers[layout.STEPPED_ON_DRUG] = registers[layout.ON_DRUG]


WRITTEN = (
    (layout.SETS_STARTED, layout.STARTED), (layout.SETS_ENTERED, layout.ENTERED), (layout.SETS_CHANGED, layout.CHANGED),
    (layout.SETS_RAISED, layout.RAISED), (layout.SETS_LOWERED, layout.LOWERED), (layout.SETS_HOLD, layout.HOLD_BEGAN),
    (layout.SETS_STEPPED, layout.STEPPED),
)  # fmt: skip
"""The bits of a leaf that stand for moments, each with its register."""


def _begin_anew(tree: Tree, registers: list[int], time: int) -> None:
    """Times, minutes on drug and trackers as of a new patient; what was read stays, and when the last hold began."""
    first = tree.frame.first_registers()
    begin = tree.frame.first_tracker()
    registers[begin:] = first[begin:]
    set_moments_anew(registers, time)
    for register in (layout.ON_DRUG, layout.STEPPED_ON_DRUG, layout.HELD_ON_DRUG):
        registers[register] = 0


def set_moments_anew(registers: list[int], time: int) -> None:
    """The moments of a course that begins anew."""
    for register in (layout.STARTED, layout.ENTERED, layout.CHANGED, layout.RAISED, layout.STEPPED):
        registers[register] = time
    registers[layout.LOWERED] = NONE
