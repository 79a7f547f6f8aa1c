"""Of values of which the same is so the most ordinary one is shown, with limits of normal that a laboratory could have."""

from __future__ import annotations

from itertools import chain

import pytest

from protocol import load
from protocol.model.course import Course
from protocol.model.time import WEEK
from protocol.verification.difference.diff import diff
from protocol.verification.patients.readable import observation
from protocol.verification.search.abstraction import abstraction
from protocol.verification.verify import verify


def course_of(spec: str, name: str) -> Course:
    verdicts = verify(load(spec), only=[name]).verdicts
    (course,) = (one.counterexample.course for one in verdicts if one.counterexample is not None)
    return course


@pytest.mark.parametrize("spec", ["lenalidomide-us", "lenalidomide-eu"])
def test_a_count_that_interrupts_treatment_is_below_normal_and_the_limits_stay_the_same(spec: str) -> None:
    visits = course_of(spec, "no-dead-end").visits
    counts = [one for visit in visits for one in visit.observations if one.input == "platelets"]
    assert {(str(one.lower), str(one.upper)) for one in counts} == {("150000", "400000")}
    assert {str(one.value) for one in counts} == {"20000", "275000"}


def test_what_is_normal_is_shown_by_a_value_at_which_nobody_is_given_more() -> None:
    (axis,) = (one for one in abstraction(load("heparin-raschke"), WEEK).axes if one.name == "aptt")
    assert str(observation(axis, axis.letters[0].cell).value) == "60"


def test_a_value_between_two_rows_of_a_table_is_shown_only_where_it_has_to_be() -> None:
    visits = course_of("clozapine-anc", "day-30-is-decided").visits
    found = chain.from_iterable(visit.observations for visit in visits)
    assert {str(one.value) for one in found if one.input == "anc"} == {"3000", "700"}


def test_two_protocols_are_told_apart_by_a_patient_who_is_treated_as_they_recommend_where_one_is() -> None:
    report = diff(load("imatinib-label/paediatric"), load("imatinib-label/paediatric-eu"))
    courses = [one.course for one in report.kinds]
    assert courses and all(visit.given is None for course in courses for visit in course.visits)
