"""Compiled protocols decide as the reference does, on protocols and courses drawn at random and on the shipped courses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve

import protocol
from protocol import trace
from protocol.adapters.from_file import from_file
from protocol.executors import plain
from protocol.executors.compiled import layout
from protocol.executors.compiled.native import only_by_reference
from protocol.executors.compiled.patients import Patient, patient_of
from protocol.executors.compiled.trackers import registers as registers_of
from protocol.executors.compiled.tree import BEYOND
from protocol.language.shipped import courses_of
from protocol.model.course import Course
from protocol.model.decision import Decision, Effect
from protocol.model.protocol import Protocol
from protocol.model.state import Counted, Lasting, Since, State
from protocol.model.time import WEEK
from protocol.testing.courses import any_time, any_visit
from protocol.testing.protocols import any_protocol
from tests.executors.visits import decided

SPECS = Path(__file__).resolve().parents[2] / "specs"
FILES = sorted(file for file in SPECS.glob("*/*.yaml") if "mapping" not in file.name)
NAMES = ("action", "rule", "before", "after", "status", "permitted", "verdict", "deviation", "withheld", "silent", "assumed")


def dose(effect: Effect) -> str:
    nothing = "stopped" if effect.control.kind == "stopped" else "none"
    return nothing if effect.dose.kind == "none" else effect.dose.name


def permitted(decision: Decision) -> set[str]:
    """The permitted doses, with a question mark where that depends on what is missing."""
    sure = {dose(decision.after)} | {dose(one.effect) for one in decision.permitted if one.certainty == "permitted"}
    return sure | {f"{name}?" for one in decision.permitted if (name := dose(one.effect)) not in sure}


def by_reference(spec: Protocol, course: Course) -> list[dict[str, Any]]:
    found = trace(spec, course)
    doses = [
        {"before": dose(one.decision.before), "after": dose(one.decision.after), "permitted": permitted(one.decision)}
        for one in found.steps
    ]
    return [row | more for row, more in zip(decided(found), doses, strict=True)]


def compiled(ready: plain.Walker, course: Course) -> list[dict[str, Any]] | None:
    found = plain.of_course(ready, course)
    if found is None:
        return None
    rows = ((one, dict(zip(NAMES, one.said, strict=True))) for one in found)
    return [
        row
        | {"patient": course.name, "elapsed": one.time, "refused": one.refused}
        | {"permitted": set(str(row["permitted"]).split("; "))}
        for one, row in rows
    ]


def drawn(random: Random, spec: Protocol) -> Course:
    """A course whose readings are all made at its visits, each once, as in a table of visits."""
    found, time = [], random.choice((0, 0, -WEEK))
    for _ in range(random.randint(1, 8)):
        visit = any_visit(random.choice, spec, time)
        once = {one.input: evolve(one, observed=None, recorded=None) for one in visit.observations}
        found.append(evolve(visit, observations=tuple(once.values())))
        time = max(any_time(random.choice, spec, time), time + 1)
    return Course("drawn", tuple(found))


def protocols_from(seed: int, number: int) -> Iterator[tuple[Random, Protocol]]:
    random = Random(seed)
    sides = ("less", "less", "less", "more", "none")
    for _ in range(number):
        spec = any_protocol(random.choice, safe_sides=sides, tables=random.random() < 0.3)
        # To look ahead at every moment takes long, so that fewer protocols act between visits than are drawn.
        yield random, spec if random.random() < 0.2 else evolve(spec, between_visits="wait")


@pytest.mark.parametrize("seed", range(3))
def test_protocols_and_courses_drawn_at_random_are_decided_as_by_the_reference(seed: int) -> None:
    compared = 0
    for random, spec in protocols_from(seed, 25):
        ready = plain.walker(spec)
        for course in [drawn(random, spec) for _ in range(4 if ready else 0)]:
            assert ready is not None
            found = compiled(ready, course)
            assert found is None or found == by_reference(spec, course), course
            compared += found is not None
    assert compared > 30


def remembered(patient: Patient) -> dict[str, Any]:
    """What the registers of a patient say, as a state of the reference would have it."""
    registers, frame = patient.registers, patient.tree.frame
    spot = patient.tree.places[registers[layout.PLACE]].spot
    found: dict[str, Any] = {name: getattr(spot, name) for name in ("control", "level", "dose", "withheld", "reasons")}
    for name in ("started", "entered", "changed", "hold_began", "stepped"):
        found[name] = moment(registers[getattr(layout, name.upper())])
    found |= {name: registers[getattr(layout, name.upper())] for name in ("on_drug", "stepped_on_drug", "held_on_drug")}
    for one in frame.moving:
        kept = registers[one.first : one.first + registers_of(one.tracker)]
        found[one.tracker.name] = ()
        if one.counts:
            found[one.tracker.name] = one.counts.sets[kept[0]], moment(kept[1])
        elif one.lasts:
            found[one.tracker.name] = moment(kept[0]), moment(kept[1]), *kept[3:]
    return found


def moment(time: int) -> int | None:
    return None if time == layout.NONE else time


def remembered_by_reference(state: State, patient: Patient) -> dict[str, Any]:
    names = ("control", "level", "dose", "withheld", "reasons", "started", "entered", "changed", "hold_began", "stepped",
             "on_drug", "stepped_on_drug", "held_on_drug")  # fmt: skip
    found = {name: getattr(state, name) for name in names}
    frame = patient.tree.frame
    places = {tracker.name: place for place, tracker in enumerate(frame.prepared.trackers)}
    for one in frame.moving:
        match state.memory[places[one.tracker.name]]:
            case Counted(possible, changed):
                found[one.tracker.name] = possible, changed
            case Lasting(definite, possible_since):
                found[one.tracker.name] = definite, possible_since
            case Since(definite, possible_since, _, is_open):
                found[one.tracker.name] = definite, possible_since, {True: 1, False: 0, None: 2}[is_open]
            case _:
                found[one.tracker.name] = ()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_after_every_visit_the_registers_say_what_the_state_of_the_reference_says(seed: int) -> None:
    for random, drawn_spec in protocols_from(seed + 100, 20):
        spec = evolve(drawn_spec, between_visits="wait")
        ready = plain.walker(spec)
        assert ready is not None
        for course in [drawn(random, spec) for _ in range(6)]:
            rows = ready.reader.of_course(course)
            patient, steps = patient_of(ready.tree), trace(spec, course).steps
            for row, step in zip(rows or (), steps, strict=True):
                if patient.visit(row) == BEYOND:
                    break
                assert remembered(patient) == remembered_by_reference(step.state, patient), (course, row.time)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_shipped_protocols_are_decided_as_by_the_reference(file: Path) -> None:
    spec = protocol.load(file)
    ready = plain.walker(spec)
    assert ready is not None, only_by_reference(spec)
    random, found = Random(2003), 0
    shipped = [example.course for sheet in courses_of(file) for example in from_file(sheet, spec).examples]
    for course in (*shipped, *(drawn(random, spec) for _ in range(3))):
        rows = compiled(ready, course)
        assert rows is None or rows == by_reference(spec, course), course.name
        found += rows is not None
    assert found > 5
