"""The machine and the reference say the same on protocols and courses drawn at random, whatever is corrected on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol import machine, trace
from protocol.executors.machine import LiveCourse
from protocol.executors.states import CALLBACKS, state_name
from protocol.model.course import Course, Given
from protocol.model.decision import Decision
from protocol.model.protocol import Protocol
from protocol.testing import courses, protocols, visits

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
often = settings(max_examples=60, deadline=None, suppress_health_check=SLOW)


def how(course: LiveCourse) -> dict[str, Any]:
    return {"request_id": f"r{course.version}", "expected_version": course.version, "by": "A", "recorded_at": NOW, "why": "drawn"}


def lived(protocol: Protocol, course: Course, listener: object = None) -> LiveCourse:
    """The course, committed visit by visit."""
    live = machine.begin(protocol, course.name, listener=listener)
    for visit in course.visits:
        live.commit(live.decide(visit), **how(live))
    return live


def issued(live: LiveCourse) -> list[tuple[int, Decision]]:
    """Every decision in the journal, those that the protocol took by itself too."""
    steps = [one for entry in live.entries if entry.kind == "visit" for one in (*entry.acted, entry.step)]
    return [(one.visit.time, one.decision) for one in steps if one is not None]


def traced(protocol: Protocol, course: Course) -> list[tuple[int, Decision]]:
    return [(one.visit.time, one.decision) for one in trace(protocol, course).steps]


def drawn(data: st.DataObject) -> tuple[Protocol, Course]:
    protocol = data.draw(protocols())
    return protocol, data.draw(courses(protocol))


def changed(data: st.DataObject, live: LiveCourse) -> None:
    """One correction or override of a visit drawn at random."""
    visit = data.draw(st.sampled_from(live.course().visits))
    other = data.draw(visits(live.protocol, visit.time))
    if data.draw(st.booleans()) and other.observations:
        live.correct(visit.time, other.observations, **how(live))
    else:
        live.override(other.given or Given("none"), time=visit.time, **how(live))


@often
@given(st.data())
def test_the_machine_and_the_reference_give_identical_traces(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    live = lived(protocol, course)
    assert issued(live) == traced(protocol, course)
    assert live.state == trace(protocol, course).steps[-1].state
    assert live.course() == course
    assert live.audit() == ()


@often
@given(st.data())
def test_after_corrections_the_state_is_that_of_the_visits_as_corrected(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    live = lived(protocol, course)
    before = issued(live)
    for _ in range(data.draw(st.integers(1, 3))):
        was = traced(protocol, live.course())
        changed(data, live)
        now = dict(traced(protocol, live.course()))
        assert live.state == trace(protocol, live.course()).steps[-1].state
        differing = {time for time, decision in was if time in now and now[time] != decision}
        revised = {one.time: one.revised for one in live.entries[-1].revisions}
        assert differing <= set(revised)
        assert all(now[time] == revised[time] for time in differing)
        assert all(one.issued == dict(before)[one.time] for one in live.entries[-1].revisions if one.time in dict(before))
        assert protocol.between_visits == "act" or set(revised) == differing
    assert issued(live) == before
    assert live.audit() == ()


@often
@given(st.data())
def test_a_restored_course_equals_the_one_that_was_stored_at_every_version(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    live = lived(protocol, course)
    changed(data, live)
    again = machine.restore([protocol], course.name, live.entries)
    assert (again.state, again.entries, again.course()) == (live.state, live.entries, live.course())
    changed(data, again)
    assert again.audit() == ()
    part = machine.restore([protocol], course.name, live.entries[: len(course.visits) - 1])
    assert part.commit(part.decide(course.visits[-1]), **how(part)) == live.entries[len(course.visits) - 1]


@often
@given(st.data())
def test_the_states_that_are_announced_are_those_of_the_steps(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    heard: list[str] = []

    class Ear:
        def __getattr__(self, name: str) -> Any:
            if not (name in CALLBACKS and name.startswith("on_")):
                raise AttributeError(name)
            return lambda event: heard.append(name)

    live = lived(protocol, course, Ear())
    steps = [one for entry in live.entries for one in (*entry.acted, entry.step)]
    controls = ["before treatment", *(one.state.control.kind for one in steps if one)]
    expected = []
    for before, after in pairwise(controls):
        if before != after:
            expected += [f"on_exit_{state_name(before)}", f"on_enter_{state_name(after)}"]
    assert heard == expected


@often
@given(st.data())
def test_a_course_that_goes_over_to_an_equal_protocol_goes_on_as_before(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    place = data.draw(st.integers(0, len(course.visits)))
    plain = lived(protocol, course)
    live = lived(protocol, evolve(course, visits=course.visits[:place]))
    amended = evolve(protocol, version="2", note="only the note has changed")
    live.migrate(amended, machine.Mapping(), **how(live))
    for visit in course.visits[place:]:
        live.commit(live.decide(visit), **how(live))
    assert issued(live) == issued(plain)
    assert live.state == plain.state
    assert live.protocol == amended and live.protocols == (protocol, amended)
    changed(data, live)
    assert live.state == trace(amended, live.course()).steps[-1].state
    assert live.audit() == ()
    again = machine.restore(live.protocols, course.name, live.entries)
    assert (again.state, again.fingerprint, again.course()) == (live.state, live.fingerprint, live.course())
