"""Comparisons with baseline: the last accepted reading up to the first dose, the visit of the first dose included."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol.model.course import Observation, Visit
from protocol.model.guard import Compare, Ratio
from protocol.model.protocol import Protocol
from protocol.model.rule import Action, Rule
from protocol.model.time import DAY
from tests.semantics.small import ON, RULES, after, said, visit, with_rules

START = RULES[4]


def protocol(operator: str = ">=", multiple: str = "1.5") -> Protocol:
    doubled = Compare(Ratio("platelets", "baseline"), operator, F(multiple))  # type: ignore[arg-type]
    return with_rules(Rule("hold", ON, doubled, "must", Action("hold")), START)


def dosed(day: float = 0, **values: object) -> Visit:
    return visit(day, given="100 mg every day", eligible="yes", **values)


def last(*visits: Visit, protocol: Protocol = protocol()) -> tuple[str, str]:  # noqa: B008
    return said(after(*visits, protocol=protocol))[:2]


@pytest.mark.parametrize(("later", "action"), [(149, "continue"), (150, "hold"), (151, "hold")])
def test_a_reading_is_compared_with_a_multiple_of_its_baseline(later: int, action: str) -> None:
    assert last(dosed(platelets=100), visit(7, platelets=later)) == ("decided", action)


def test_the_visit_of_the_first_dose_is_part_of_baseline() -> None:
    assert last(visit(-7, platelets=10), dosed(platelets=100), visit(7, platelets=140)) == ("decided", "continue")


def test_baseline_counts_whatever_its_age() -> None:
    assert last(visit(-300, platelets=100), dosed(), visit(7, platelets=150)) == ("decided", "hold")


def test_baseline_is_frozen_when_treatment_starts() -> None:
    assert last(dosed(platelets=100), visit(7, platelets=10), visit(14, platelets=100)) == ("decided", "continue")
    assert last(dosed(platelets=100), visit(7, platelets=140), visit(14, platelets=150)) == ("decided", "hold")


def test_baseline_stays_when_what_is_in_force_changes() -> None:
    held = after(dosed(platelets=100), visit(7, platelets=150), protocol=protocol())
    assert (said(held)[1], [held.text for held in held.state.baseline]) == ("hold", ["100"])


def test_a_first_dose_that_is_given_as_in_a_new_patient_is_a_first_dose_and_freezes_the_baseline() -> None:
    first = dosed(platelets=100)
    assert first.given is not None
    anew = evolve(first, given=evolve(first.given, anew=True))
    assert last(visit(-7, platelets=10), anew, visit(7, platelets=150)) == ("decided", "hold")
    again = evolve(anew, time=3 * DAY, observations=(Observation("platelets", F(10)),))  # the second time it stays
    assert last(visit(-7, platelets=10), anew, again, visit(7, platelets=150)) == ("decided", "hold")


def test_a_missing_baseline_is_unknown_and_stays_so() -> None:
    assert last(dosed(), visit(7, platelets=100), visit(14, platelets=100))[0] == "undecided"


@pytest.mark.parametrize("at_first_dose", ["nd", 9999])
def test_what_is_not_done_or_refused_at_the_first_dose_leaves_the_reading_before_as_baseline(at_first_dose: object) -> None:
    assert last(visit(-7, platelets=100), dosed(platelets=at_first_dose), visit(7, platelets=150)) == ("decided", "hold")
    assert last(visit(-7, platelets=100), dosed(platelets=at_first_dose), visit(7, platelets=149)) == ("decided", "continue")
    assert last(dosed(platelets=at_first_dose), visit(7, platelets=150))[0] == "undecided"


def test_of_several_readings_before_what_was_not_done_the_last_is_the_baseline() -> None:
    course = (visit(-9, platelets=10), visit(-8, platelets="nd"), visit(-7, platelets=100), visit(-6, platelets="nd"))
    assert last(*course, dosed(), visit(7, platelets=140)) == ("decided", "continue")
    assert last(*course, dosed(platelets=10), visit(7, platelets=15)) == ("decided", "hold")


def test_a_reading_before_the_first_dose_that_is_taken_back_is_no_baseline() -> None:
    back = Visit(-5 * DAY, (Observation("platelets", None, observed=-7 * DAY, recorded=-5 * DAY),))
    assert last(visit(-7, platelets=100), back, dosed(), visit(7, platelets=150))[0] == "undecided"
    assert last(visit(-7, platelets=100), visit(-6, platelets="nd"), back, dosed(), visit(7, platelets=150))[0] == "undecided"


def test_before_the_first_dose_a_comparison_with_baseline_is_unknown() -> None:
    starts = evolve(START, when=Compare(Ratio("platelets", "baseline"), "<=", F(1)))
    taken = after(visit(-7, platelets=100), visit(0, platelets=100), protocol=with_rules(starts))
    assert said(taken)[:2] == ("undecided", "continue")
    assert [missing.name for missing in taken.decision.missing] == ["platelets / baseline"]


def test_a_baseline_of_zero_has_no_multiples() -> None:
    assert last(dosed(platelets=0), visit(7, platelets=100))[0] == "undecided"


@pytest.mark.parametrize(
    ("sign", "later", "status"), [("<", 149, "undecided"), ("<", 150, "decided"), ("<=", 150, "decided"), ("<", 151, "decided")]
)
def test_a_censored_baseline_compares_definitely_where_it_can(sign: str, later: int, status: str) -> None:
    inputs = (one if one.name != "platelets" else evolve(one, kind=evolve(one.kind, low=F(50))) for one in protocol().inputs)
    first = evolve(dosed(), observations=(*dosed().observations, Observation("platelets", 100, censored=sign)))  # type: ignore[arg-type]
    assert last(first, visit(7, platelets=later), protocol=evolve(protocol(), inputs=tuple(inputs)))[0] == status


def test_a_correction_of_the_baseline_reading_corrects_the_baseline() -> None:
    corrected = Visit(7 * DAY, (Observation("platelets", 10, observed=0, recorded=7 * DAY),))
    assert last(dosed(platelets=100), corrected, visit(14, platelets=100)) == ("decided", "hold")
    taken_back = Visit(7 * DAY, (Observation("platelets", None, observed=0, recorded=7 * DAY),))
    assert last(dosed(platelets=100), taken_back, visit(14, platelets=100))[0] == "undecided"


def test_a_correction_that_came_too_late_to_count_changes_no_baseline() -> None:
    late = Visit(14 * DAY, (Observation("platelets", 10, observed=0, recorded=14 * DAY),))
    assert last(dosed(platelets=100), visit(7, platelets=100), late, visit(21, platelets=100)) == ("decided", "continue")


def test_a_later_reading_that_was_not_done_takes_no_baseline_back() -> None:
    assert last(dosed(platelets=100), visit(7, platelets="nd"), visit(14, platelets=100)) == ("decided", "continue")


def test_the_facts_name_the_baseline_beside_the_value() -> None:
    taken = after(dosed(platelets=100), visit(7, platelets=150), protocol=protocol())
    assert [(fact.name, fact.value, fact.status) for fact in taken.decision.facts] == [
        ("platelets", "150 (baseline 100 of day 0)", "measured")
    ]


def test_the_state_keeps_the_baseline_of_what_is_compared_with_it_only() -> None:
    taken = after(dosed(platelets=100, anc=4), protocol=protocol())
    assert [held.input for held in taken.state.baseline] == ["platelets"]
    assert after(dosed(platelets=100)).state.baseline == ()
