"""What a change of criteria does to the shipped protocols of imatinib: nothing, proved; or the shortest patients who show it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from protocol import load
from protocol.model.course import Course, Observation
from protocol.model.difference import Different
from protocol.model.said import say_guard
from protocol.semantics.scales import CRITERIA
from protocol.verification.difference.diff import diff
from protocol.verification.regrading.regrade import regraded


def drift(name: str, criteria: str, *, first: bool = False) -> tuple[Different, ...]:
    """The courses on which the protocol decides otherwise if its grades are meant by other criteria."""
    protocol = load(name)
    return diff(protocol, regraded(protocol, criteria, "CTC 2.0"), first=first).kinds


def last(course: Course, name: str) -> Observation:
    """The last value of an input in a course."""
    return [one for visit in course.visits for one in visit.observations if one.input == name and one.value is not None][-1]


def times_normal(one: Observation) -> Fraction:
    """The value as a multiple of its upper limit of normal; 0 where none is known."""
    return Fraction(one.value) / Fraction(one.upper) if one.value is not None and one.upper is not None else Fraction(0)


def test_by_3_0_the_label_decides_the_same_of_every_patient() -> None:
    protocol = load("imatinib-label")
    assert diff(protocol, regraded(protocol, "CTCAE 3.0", "CTC 2.0")).is_equivalent


def test_by_4_03_drug_comes_back_at_transaminases_of_up_to_three_times_normal() -> None:
    found = drift("imatinib-label", "CTCAE 4.03")
    assert {one.meaning for one in found} <= {"resumes", "permits more", "now undecided", "now decided"}
    shown = next(one for one in found if one.meaning == "resumes")
    assert len(shown.course.visits) == 3
    highest = max(times_normal(last(shown.course, name)) for name in ("alt", "ast"))
    assert Fraction(5, 2) <= highest < 3
    assert (shown.old[-1].decision.action, shown.new[-1].decision.action) == ("continue", "resume")
    assert shown.new[-1].decision.rule == "resume-after-hepatic"


def test_the_same_patient_shows_it_in_the_protocol_of_2003() -> None:
    shown = next(one for one in drift("imatinib-hes", "CTCAE 4.03", first=True) if one.meaning == "resumes")
    assert len(shown.course.visits) == 3
    assert Fraction(5, 2) <= max(times_normal(last(shown.course, name)) for name in ("alt", "ast")) < 3


@pytest.mark.parametrize("name", ["imatinib-label", "imatinib-hes"])
def test_by_5_0_a_patient_who_began_above_normal_is_no_longer_held(name: str) -> None:
    shown = [one for one in drift(name, "CTCAE 5.0", first=True) if one.meaning == "no longer holds"]
    assert all((len(one.course.visits), one.old[-1].decision.rule) == (2, "hold-hepatic") for one in shown)
    began_high = [
        one for one in shown if _beyond(one.course) and all(_began_high(one.course, name) for name in _beyond(one.course))
    ]
    assert began_high


def _beyond(course: Course) -> list[str]:
    """The liver tests that are grade 3 by CTC 2.0 at the last visit."""
    return [name for name, times in (("bilirubin", 3), ("alt", 5), ("ast", 5)) if times_normal(last(course, name)) > times]


def _began_high(course: Course, name: str) -> bool:
    began = next(one for one in course.visits[0].observations if one.input == name)
    return Fraction(began.value or 0) > Fraction(last(course, name).upper or 0)


def test_platelets_of_less_than_25_are_grade_4_from_3_0_to_5_0_and_not_before_or_after() -> None:
    advanced = load("imatinib-label/advanced")
    found = {criteria: say_guard(regraded(advanced, criteria, "CTC 2.0").definition("cytopenia")) for criteria in CRITERIA}
    assert found == {
        "CTC 2.0": "anc < 0.5 or platelets < 10",
        "CTCAE 3.0": "anc < 0.5 or platelets < 25",
        "CTCAE 4.03": "anc < 0.5 or platelets < 25",
        "CTCAE 5.0": "anc < 0.5 or platelets < 25",
        "CTCAE 6.0": "anc < 0.1 or platelets < 10",
    }
