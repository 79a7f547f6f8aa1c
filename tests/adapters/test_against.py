"""Two protocols over the same courses: what each does at a visit is told with the rules that were followed."""

from __future__ import annotations

from fractions import Fraction

from protocol.adapters.conformance.against import Against, text
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.model.time import DAY
from protocol.verification.difference.on_courses import compared
from tests.adapters.test_difference import LOWER, LOWERED, MAY


def told(old: str, new: str) -> str:
    """Of a patient who is held, and then has platelets for drug and low counts, or none of these."""
    course = Course("held", (visit(0, 100, 2), visit(7, 40, 2), visit(14, 100, "0.5" if old == LOWERED else "2")))
    both = parse(old), parse(new)
    return "\n".join(text(Against(*both, ("one", "other"), (compared(*both, course),)), 300))


def visit(day: int, platelets: int, anc: int | str) -> Visit:
    return Visit(day * DAY, (Observation("platelets", Fraction(platelets)), Observation("anc", Fraction(anc))))


def test_the_rule_by_which_drug_comes_back_lower_is_named_beside_the_one_that_was_followed() -> None:
    said = told(LOWERED, LOWERED.replace("resume 2 levels lower, else stop", "resume at the same level"))
    assert "one resumes with 100 mg every day (back)\n" in said
    assert "other resumes with 200 mg every day (back, lowered by lower)\n" in said


def test_of_what_is_permitted_it_is_told_what_only_one_of_both_permits() -> None:
    said = told(MAY, MAY + LOWER)
    assert "one goes on holding\n" in said
    assert "other goes on holding and permits what the other one does not: resume with 200 mg every day\n" in said
