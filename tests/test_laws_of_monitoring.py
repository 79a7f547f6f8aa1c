"""What is true of monitoring in every protocol: missing values never make it rarer, and it never changes a decision."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from protocol.model.input import Schedule
from protocol.model.monitoring import Monitored
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.semantics.computed import computed
from protocol.semantics.monitoring import is_here, monitored
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from tests.test_laws import drawn, often, seldom, walked


def schedules(protocol: Protocol, state: State, time: int) -> dict[str, Monitored]:
    return {one.input: one for one in monitored(Scene(prepare(protocol), state, time))}


def interval(one: Monitored | None) -> tuple[float, float]:
    """How long until the next one has to be there, and from when on it may be; without an entry there is no end to that."""
    schedule = one.schedule if one else Schedule(10**12, 10**12)
    return schedule.latest, schedule.earliest


@often
@given(st.data())
def test_in_a_given_state_the_interval_is_never_longer_with_a_value_missing_than_with_it_known(data: st.DataObject) -> None:
    protocol, course = drawn(data, known=False)
    for _, taken in walked(protocol, course) if protocol.monitoring else ():
        time, state = taken.visit.time, taken.state
        if _is_implausible(protocol, state, time):
            continue
        known = schedules(protocol, state, time)
        for held in state.readings:
            fewer = attrs.evolve(state, readings=tuple(one for one in state.readings if one is not held))
            missing = schedules(protocol, fewer, time)
            for item in protocol.inputs:
                assert interval(missing.get(item.name)) <= interval(known.get(item.name))


def _is_implausible(protocol: Protocol, state: State, time: int) -> bool:
    """Whether a number is computed that cannot be: that says that a reading is wrong, and not what a missing one is."""
    results = (computed(prepare(protocol), state, number, time) for number in protocol.numbers)
    return any(result.complete and result.reading() is None for result in results)


@often
@given(st.data())
def test_monitoring_never_changes_a_decision_or_what_is_given(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    without = attrs.evolve(protocol, monitoring=())
    for (_, taken), (_, other) in zip(walked(protocol, course), walked(without, course), strict=True):
        for name in ("status", "action", "before", "after", "rule", "rules", "withheld", "silent", "blocked", "reasons"):
            assert getattr(taken.decision, name) == getattr(other.decision, name)
        assert _where(taken.state) == _where(other.state)
        assert other.decision.monitoring == ()


def _where(state: State) -> tuple[object, ...]:
    """All of a state but what is kept of the past because some guard asks for it."""
    names = ("time", "control", "level", "dose", "withheld", "reasons", "started", "entered", "changed", "hold_began", "stepped")
    return (state.readings, *(getattr(state, name) for name in names))


@often
@given(st.data())
def test_each_input_has_one_entry_at_most_that_stands_where_the_recommendation_leads(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    entries = {entry.name: entry for entry in protocol.monitoring}
    for _, taken in walked(protocol, course):
        found = taken.decision.monitoring
        assert len({one.input for one in found}) == len(found)
        for one in found if taken.assumed else ():
            entry = entries[one.entry]
            assert (entry.input, entry.schedule) == (one.input, one.schedule)
            assert is_here(entry, taken.state)
            assert not one.possible or (one.entry in one.possible and len(one.possible) > 1 and one.needs)


@often
@given(st.data())
def test_nothing_is_overdue_from_before_a_visit_that_did_not_say_so(data: st.DataObject) -> None:
    """Unless it has been overdue since then without a break, or another reading has become known."""
    protocol, course = drawn(data)
    for before, taken in walked(protocol, course):
        told = {one.input: one for one in before.awaited}
        for one in taken.state.awaited:
            known = told.get(one.input)
            if before.time is None or one.latest is None or one.latest >= before.time:
                continue
            if known is None or known.measured == one.measured:
                assert known is not None and known.latest == one.latest
            else:
                assert one.measured is not None and one.entry == known.entry


@seldom
@given(st.data())
def test_what_is_due_is_what_the_schedule_says(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for _, taken in walked(protocol, course):
        due = {item.input: item for item in taken.decision.due}
        for one in taken.decision.monitoring:
            is_due = one.since is not None and one.since <= taken.visit.time
            assert (one.input in due) == is_due
            assert not is_due or (due[one.input].since, due[one.input].latest) == (one.since, one.latest)
