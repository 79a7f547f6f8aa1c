"""What a state remembers is what a reader of the whole course would find, on protocols and courses drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from protocol.model.course import Course, Visit
from protocol.model.decision import Step
from protocol.model.formula import Earlier, parts
from protocol.model.guard import Clock, Guard, Known, nodes
from protocol.model.input import Tracker
from protocol.model.protocol import Protocol
from protocol.model.regimen import AMOUNTS, NO_DRUG
from protocol.model.state import Since, State, Taken
from protocol.semantics.arriving import arrive
from protocol.semantics.prepared import prepare
from protocol.semantics.scores import scored
from protocol.semantics.trackers import bounds
from tests.oracle.compare import COUNTERS
from tests.oracle.doses import counts_as, given_since
from tests.oracle.facts import Facts
from tests.test_laws import drawn, often, rank, walked


def guards_of(protocol: Protocol) -> Iterator[Guard]:
    yield from (derived.when for derived in protocol.derived)
    yield from (reading.guard for item in protocol.interpretations for reading in item.readings if reading.guard)
    yield from (guard for score in protocol.scores for guard in score.guards())
    yield from (guard for tracker in protocol.trackers for guard in (tracker.when, tracker.until) if guard)


def changing(protocol: Protocol, state: State, end: int) -> list[int]:
    """Minutes up to ``end`` that hold one of each stretch in which nothing can change: some length of time after each reading."""
    periods = {item.valid_for for item in protocol.inputs if item.valid_for is not None}
    periods |= {node.within for guard in guards_of(protocol) for node in nodes(guard) if isinstance(node, Known) and node.within}
    for number in protocol.numbers:
        before, after = number.window or (0, 0)
        ago = [part.ago for part in parts(number.value) if isinstance(part, Earlier)]
        periods |= {one for span in ago for one in (span, span - after - 1, span - after, span + before)}
    observed = [held.observed for held in (*state.readings, *state.history)]
    ends = {moment + period for moment in observed for period in periods}
    # Of two readings that a formula could look back to, the nearer one changes half way between them.
    halves = {(one + other) // 2 + span for one in observed for other in observed for span in periods}
    moments = {end, (state.time or 0) + 1, *(moment + side for moment in (*ends, *halves) for side in (-1, 0, 1))}
    return sorted(moment for moment in moments if (state.time or 0) < moment <= end)


def answers(protocol: Protocol, state: State, time: int, guard: Guard) -> set[bool]:
    """What the condition can be at a time with the readings of a state, by every completion of what is missing."""
    known = state if state.started is not None else evolve(state, baseline=())  # there is none before the first dose
    facts = Facts(protocol, known, time, {})
    return {facts.true(guard, world) for world in facts.worlds([guard])}


def read_along(protocol: Protocol, tracker: Tracker, course: Course) -> Iterator[tuple[Step, int | None, int | None]]:
    """Each step with when the condition was last so, definitely and possibly: minute by minute, as far as anything changes."""
    definite = possible = None
    for before, taken in walked(protocol, course):
        if before.started is not None or tracker.from_baseline:
            moments = [] if before.time is None else changing(protocol, before, taken.visit.time)
            read = arrive(prepare(protocol), before, taken.visit)[0].state
            for state, moment in (*((before, moment) for moment in moments), (read, taken.visit.time)):
                found = answers(protocol, state, moment, tracker.when)
                definite = moment if found == {True} else definite
                possible = moment if found == {True} or (True in found and not tracker.measured_only) else possible
        if taken.state.started == taken.visit.time and before.started is not None:
            definite = possible = None  # treated again as a new patient
        yield taken, definite, possible


@often
@given(st.data())
def test_a_time_since_is_the_last_minute_at_which_a_reader_of_the_whole_course_finds_it_so(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for place, tracker in enumerate(protocol.trackers):
        if tracker.kind != "since" or tracker.until is not None:
            continue
        for taken, definite, possible in read_along(protocol, tracker, course):
            held = taken.state.memory[place]
            assert isinstance(held, Since)
            assert (held.definite, held.possible) == (definite, possible)
            assert held.found is None or held.found <= taken.visit.time


@often
@given(st.data())
def test_a_visit_at_which_nothing_is_read_changes_no_time_since_and_no_cumulative_dose(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    prepared = prepare(protocol)
    timed = [place for place, tracker in enumerate(protocol.trackers) if tracker.kind == "since"]
    for before, taken in walked(protocol, course):
        if before.time is None or before.time == taken.visit.time:
            continue
        # Trackers run from the first dose on: a second visit in that very minute is the first that they see.
        earliest = before.time + (before.started == before.time)
        between = data.draw(st.integers(earliest, taken.visit.time))
        looked = arrive(prepared, before, Visit(between))[0].state
        straight, over = (arrive(prepared, state, taken.visit)[0].state for state in (before, looked))
        for place in timed:
            once, twice, found = (cast(Since, state.memory[place]) for state in (straight, over, looked))
            assert evolve(once, found=None) == evolve(twice, found=None)
            # Evidence is found at visits: what time alone made true, and no longer is, is found by who looked in between.
            assert twice.found == once.found or twice.found == found.found
        assert straight.taken == over.taken


@often
@given(st.data())
def test_the_cumulative_dose_is_the_sum_of_every_dose_that_a_reader_of_the_whole_course_counts(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    total, complete = Fraction(0), True
    for before, taken in walked(protocol, course):
        if taken.state.taken is None:
            return
        once = taken.state.taken.amount - (arrive(prepare(protocol), before, taken.visit)[0].state.taken or Taken()).amount
        for unit, per, much in given_since(protocol, before, taken.visit.time):
            total += much * AMOUNTS[unit] if counts_as(protocol, unit, per) else 0
            complete = complete and counts_as(protocol, unit, per)
        if before.started is not None and taken.state.started == taken.visit.time:
            total, once, complete = Fraction(0), Fraction(0), True  # treated again as a new patient
        assert taken.state.taken.amount == total + once
        assert complete or taken.state.taken.incomplete
        offered = [taken.decision.after, *(permission.effect for permission in taken.decision.permitted)]
        amounts = [effect.supplement for effect in offered if effect.supplement and effect.dose == taken.state.dose]
        assert not once or once in [amount.amount * AMOUNTS[amount.unit] for amount in amounts]
        total += once


@often
@given(st.data())
def test_the_clock_of_raises_counts_from_the_last_visit_that_left_more_drug_in_force(data: st.DataObject) -> None:
    last = None
    protocol, course = drawn(data)
    for before, taken in walked(protocol, course):
        one, other = before.dose, taken.state.dose
        levels = one.kind == other.kind == "level"
        more = rank(protocol, other) > rank(protocol, one) if levels else other != NO_DRUG  # type: ignore[operator]
        anew = taken.state.started == taken.visit.time
        last = taken.visit.time if (one != other and more) or (anew and other != NO_DRUG) else last
        assert taken.state.raised in (last, None)
        assert (Clock("dose raised") in prepare(protocol).constants) == (taken.state.raised is not None) or last is None


@often
@given(st.data())
def test_a_score_is_what_its_items_have_in_every_completion_and_within_its_range(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    prepared = prepare(protocol)
    for _, taken in walked(protocol, course):
        state, time = taken.state, taken.visit.time
        counted = zip(protocol.trackers, state.memory, strict=True)
        counts = {item.name: sorted({count for _, count in held.possible}) for item, held in counted if item.kind in COUNTERS}
        facts = Facts(protocol, state, time, bounds(protocol, state, time), counts)
        for name, score in prepared.scores.items():
            value = scored(prepared, state, score, time).value
            assert value == facts.valid(name).value
            assert score.kind.low <= value.low <= score.kind.high and value.low.denominator == 1
