"""When does an order fall due by itself between two visits, in a protocol that acts then?

At each minute at which time alone can change what is asked, the patient is looked at as if there were a visit without readings;
where the decision is another one than now, it is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocol.executors.compiled import layout
from protocol.executors.compiled.frame import CLOCKS, node
from protocol.executors.compiled.guards import Node
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.leaves import Leaf
from protocol.executors.compiled.passing import lapses
from protocol.executors.compiled.patients import Patient
from protocol.executors.compiled.rows import Row
from protocol.executors.compiled.tree import BEYOND
from protocol.model.guard import Clock, CumulativeDose, Tracked
from protocol.semantics.taken import taken_moments


def acted(patient: Patient, until: int) -> Iterator[tuple[int, int]]:
    """The times before ``until`` at which something is ordered, each with the leaf of it; BEYOND as of a visit."""
    while patient.registers[layout.TIME] != NONE:
        change = _next(patient, until)
        if change is None:
            return
        number = BEYOND if change == BEYOND else patient.visit(Row(change))
        yield change, number
        if number == BEYOND:
            return


def _next(patient: Patient, until: int) -> int | None:
    """The first time, before ``until``, at which the decision would be another one than now."""
    last = patient.registers[layout.TIME]
    now = _look(patient, last)
    if now is None:
        return BEYOND
    for time in moments(patient, until):
        later = _look(patient, time)
        if later is None:
            return BEYOND
        if later.outline != now.outline:
            return time
    return None


def _look(patient: Patient, time: int) -> Leaf | None:
    """What would be decided at a time if nothing more were observed; None where only the reference can tell."""
    number = patient.copied().visit(Row(time))
    return None if number == BEYOND else patient.tree.leaves[number]


def moments(patient: Patient, until: int) -> list[int]:
    """Every minute after the last visit, and before ``until``, at which something that is asked can change by time alone."""
    last = patient.registers[layout.TIME]
    found = {*_of_clocks(patient), *_of_readings(patient)}
    # What is missing counts as newer than what was acted on from the minute after it on.
    found |= {patient.registers[one] + 1 for one in (layout.STEPPED, layout.HOLD_BEGAN)}
    return sorted(moment for moment in found if last < moment < until)


def _of_clocks(patient: Patient) -> Iterator[int]:
    registers, last = patient.registers, patient.registers[layout.TIME]
    for term, constants in patient.tree.frame.prepared.constants.items():
        match term:
            case Clock("treatment"):
                is_running = patient.tree.place_drug[registers[layout.PLACE]]
                origins: Iterable[int] = [last - registers[layout.ON_DRUG]] if is_running else []
            case Clock(name):
                origins = [registers[CLOCKS[name]]]
            case Tracked(name):
                origins = _of_tracker(patient, name)
            case CumulativeDose() if patient.kept is not None:
                yield from taken_moments(patient.tree.frame.prepared, patient.kept.state, term, last)
                continue
            case _:
                continue
        for begun in origins:
            for constant in constants if begun != NONE else ():
                # At the constant ``>=`` comes due, and ``>`` one minute later.
                yield begun + int(constant)
                yield begun + int(constant) + 1


def _of_tracker(patient: Patient, name: str) -> Iterator[int]:
    """The moments from which a tracker counts time, those to come too."""
    one = patient.tree.frame.tracking[name]
    if one.tracker.kind not in ("duration", "since"):
        return
    yield from patient.registers[one.first : one.first + 2]
    ends = [moment for guard in one.conditions for moment in _lapses(patient, guard)]
    yield from ends if one.tracker.kind == "duration" else (moment - 1 for moment in ends)


def _of_readings(patient: Patient) -> Iterator[int]:
    compiled = patient.tree.frame
    for rule in compiled.prepared.rules:
        yield from _lapses(patient, node(compiled, rule.when))
    for one in compiled.moving:
        yield from _lapses(patient, one.when)
        if one.until is not None and one.tracker.kind == "since":
            yield from _lapses(patient, one.until)


def _lapses(patient: Patient, guard: Node) -> list[int]:
    return lapses(patient.tree, (guard,), patient.registers, layout.EVER, patient.kept)
