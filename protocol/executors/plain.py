"""How are courses replayed without a library of columns? One row after the other, down the trees of a compiled protocol."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from attrs import define, frozen

from protocol.executors.compiled import judging, layout
from protocol.executors.compiled.coding import Coder, coders
from protocol.executors.compiled.frame import frame
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.leaves import Row
from protocol.executors.compiled.native import only_by_reference
from protocol.executors.compiled.passing import move, pass_time
from protocol.executors.compiled.tree import BEYOND, Tree, planted
from protocol.executors.compiled.walking import decision, truths
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.protocol import Protocol


@frozen
class Seen:
    """One row: the codes of each input that was observed (None: nothing counts now), what was given, and what was refused.

    ``dose_only``: nobody was seen, and only the dose changed.
    """

    time: int
    codes: tuple[tuple[int, tuple[int, ...] | None], ...]
    given: int
    refused: int
    dose_only: bool = False


@define(eq=False)
class Walker:
    """A compiled protocol with its coders, which grows as patients come."""

    tree: Tree
    coders: tuple[Coder, ...]
    given_codes: dict[Given | None, int]

    def given(self, given: Given | None) -> int:
        """The code of what was given."""
        if given is None or given.kind == "unknown":
            return 0
        code = self.given_codes.get(given)
        if code is None:
            code = self.given_codes[given] = len(self.tree.givens)
            self.tree.givens.append(given)
        return code


def walker(protocol: Protocol) -> Walker | None:
    """A protocol made ready for many courses; None where only the reference can decide it."""
    if only_by_reference(protocol):
        return None
    compiled = frame(protocol)
    return Walker(planted(compiled), coders(compiled), {})


@frozen
class Decided:
    """A row of the table of decisions, in the order of its columns but for ``refused``, which stands apart."""

    row: Row
    refused: int


def of_course(ready: Walker, course: Course) -> list[Decided] | None:
    """The decision at each visit of a course; None where it is one for the reference."""
    seen = _seen(ready, course)
    return None if seen is None else replay_rows(ready, seen)


def replay_rows(ready: Walker, rows: Sequence[Seen]) -> list[Decided] | None:
    """The decision at each row of one patient; None where the course is one for the reference."""
    tree = ready.tree
    registers = tree.frame.first_registers()
    found, refused = [], []
    for row in rows:
        taken = visit(ready, registers, row)
        leaf = None if taken is None else tree.leaves[taken[0]]
        if leaf is None or taken is None:
            return None
        found.append((row.time, leaf))
        refused.append(row.refused + taken[1])
    dosing = {row.time for row in rows if row.dose_only}
    return [Decided(*one) for one in zip(judging.rows(tree.frame.protocol, found, dosing), refused, strict=True)]


def visit(ready: Walker, registers: list[int], row: Seen) -> tuple[int, int] | None:
    """The leaf of a patient at one row, who has moved on afterwards, and how many readings differed from what stands for ever;
    None where only the reference can tell."""
    tree, time = ready.tree, row.time
    last = registers[layout.TIME]
    has_started = registers[layout.STARTED] != NONE
    tracked = [one for one in tree.frame.tracking.values() if has_started or one.tracker.from_baseline]
    for one in tracked:
        pass_time(tree, one, registers, time)
    if tree.place_drug[registers[layout.PLACE]] and last != NONE:
        registers[layout.ON_DRUG] += time - last
    registers[layout.TIME] = time
    read = _read(tree, registers, row)
    if read is None:
        return None
    answers = [truths(tree, one, registers, time) for one in tracked]
    for one, answer in zip(tracked, answers, strict=True):
        move(tree, one, registers, answer, read[0], time)
    number = decision(tree, registers, time, row.given)
    if tree.leaf_next[number] != BEYOND:
        _move(tree, registers, number, time)
    return number, read[1]


def _read(tree: Tree, registers: list[int], row: Seen) -> tuple[int, int] | None:
    """The inputs that were measured, as bits, and how many readings differ from what stands for ever; None where that is a
    number, of which the code does not say."""
    measured, differing, compiled = 0, 0, tree.frame
    for number, codes in row.codes:
        observed, places = layout.FIRST_FREE + number, compiled.places[number]
        if compiled.inputs[number].fixed and registers[observed] != NONE:
            if codes is not None:
                if not compiled.options[number]:
                    return None
                differing += codes != tuple(registers[place] for place in places)
        elif codes is None:
            registers[observed] = NONE
        else:
            registers[observed] = row.time
            measured |= 1 << number
            for place, code in zip(places, codes, strict=True):
                registers[place] = code
    return measured, differing


def _move(tree: Tree, registers: list[int], number: int, time: int) -> None:
    """What a leaf writes."""
    writes, place = tree.leaf_writes[number], tree.leaf_next[number]
    registers[layout.PLACE] = place
    if writes & layout.ANEW:
        _begin_anew(tree, registers, time)
        return
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
    begin = layout.FIRST_FREE + len(tree.frame.inputs) + len(tree.frame.terms)
    registers[begin:] = first[begin:]
    for register in (layout.STARTED, layout.ENTERED, layout.CHANGED, layout.RAISED, layout.STEPPED):
        registers[register] = time
    registers[layout.LOWERED] = NONE
    for register in (layout.ON_DRUG, layout.STEPPED_ON_DRUG, layout.HELD_ON_DRUG):
        registers[register] = 0


# Courses


def _seen(ready: Walker, course: Course) -> list[Seen] | None:
    """The rows of a course; None where it has doses between visits, dates that are ranges, or readings of another time."""
    if course.exposures or any(before.time >= after.time for before, after in pairwise(course.visits)):
        return None
    found = [_row(ready, visit) for visit in course.visits]
    return None if None in found else [row for row in found if row is not None]


def _row(ready: Walker, visit: Visit) -> Seen | None:
    names = [one.input for one in visit.observations]
    numbers = ready.tree.frame.numbers
    if visit.latest is not None or len(set(names)) < len(names) or not all(_is_of(visit, one) for one in visit.observations):
        return None
    if not all(name in numbers for name in names):
        return None
    codes = tuple((numbers[one.input], ready.coders[numbers[one.input]].codes_of(one)) for one in visit.observations)
    refused = sum(read is None and one.value is not None for one, (_, read) in zip(visit.observations, codes, strict=True))
    return Seen(visit.time, codes, ready.given(visit.given), refused)


def _is_of(visit: Visit, one: Observation) -> bool:
    return one.observed in (None, visit.time) and (one.recorded is None or one.recorded <= visit.time)
