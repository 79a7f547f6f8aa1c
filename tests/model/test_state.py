"""Where a patient is: states are values, and an interval knows what lies in it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from protocol.model.course import Given
from protocol.model.regimen import NO_DRUG, regimen
from protocol.model.state import Control, Held, Interval, State

INTERVALS = [
    # low high  open low  open high  inside
    (1, 3, False, False, {1, 2, 3}),
    (1, 3, True, False, {2, 3}),
    (1, 3, False, True, {1, 2}),
    (1, 3, True, True, {2}),
    (2, 2, False, False, {2}),
    (3, 1, False, False, set()),
]


@pytest.mark.parametrize(("low", "high", "open_low", "open_high", "inside"), INTERVALS)
def test_an_interval_holds_its_ends_unless_they_are_open(
    low: int, high: int, open_low: bool, open_high: bool, inside: set[int]
) -> None:
    interval = Interval(Fraction(low), Fraction(high), open_low, open_high)
    assert {value for value in range(5) if interval.holds(Fraction(value))} == inside


def test_a_control_state_names_the_rule_that_asked_for_the_review() -> None:
    assert str(Control("in review", by="possible-dress")) == "in review by possible-dress"
    assert str(Control("on treatment")) == "on treatment"


def test_a_patient_begins_before_treatment_without_drug_and_with_no_event_in_the_past() -> None:
    state = State()
    assert state.control == Control("before treatment")
    assert (state.level, state.dose) == (NO_DRUG, NO_DRUG)
    assert {state.time, state.started, state.entered, state.changed, state.hold_began, state.stepped} == {None}


def test_a_reading_is_found_by_its_input() -> None:
    held = Held("anc", Interval(Fraction(1), Fraction(1)), 0, "1.0")
    state = State(readings=(Held("rash", "yes", 0, "yes"), held))
    assert state.reading("anc") is held
    assert state.reading("platelets") is None


def test_equal_states_are_one_key() -> None:
    assert len({State(), State(), State(withheld=True), State(reasons=frozenset({"a", "b"}))}) == 3
    assert State(reasons=frozenset({"a", "b"})) == State(reasons=frozenset({"b", "a"}))


GIVEN = [
    (Given("regimen", regimen("100 mg daily")), "100 mg every day"),
    (Given("none"), "no drug"),
    (Given("stopped"), "stopped"),
    (Given("unknown"), "not known"),
]


@pytest.mark.parametrize(("given", "said"), GIVEN)
def test_what_was_given_is_said_in_words(given: Given, said: str) -> None:
    assert str(given) == said
