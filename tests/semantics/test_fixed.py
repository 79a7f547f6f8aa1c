"""Fixed inputs: the first accepted value stands for ever; only a correction of its own record changes it."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol.model.course import Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import Is
from protocol.model.input import Input, Number, YesNo
from protocol.model.rule import Action, Rule
from protocol.model.state import Interval
from protocol.model.time import DAY, WEEK
from tests.semantics.small import ON, RULES, after, said, visit, with_rules

JAK2 = Input("jak2", YesNo(), None, fixed=True)
HOLD = Rule("hold", ON, Is("jak2", "yes"), "must", Action("hold"))
PROTOCOL = with_rules(HOLD, RULES[4])
PROTOCOL = evolve(PROTOCOL, inputs=(*PROTOCOL.inputs, JAK2))
START = {"given": "100 mg every day", "eligible": "yes"}


def taken(*visits: Visit) -> Step:
    return after(*visits, protocol=PROTOCOL)


def told(time: int, value: object, observed: int) -> Visit:
    return Visit(time, (Observation("jak2", value, observed=observed, recorded=time),))  # type: ignore[arg-type]


def value(step: Step) -> object:
    held = step.state.reading("jak2")
    return held and held.value


def test_the_first_value_stands_for_ever() -> None:
    assert said(taken(visit(0, jak2="yes", **START), visit(4000)))[:2] == ("decided", "hold")


def test_a_later_different_value_is_refused_and_says_what_stands() -> None:
    step = taken(visit(0, jak2="no", **START), visit(7, jak2="yes"))
    assert [refusal.why for refusal in step.refused] == [
        "differs from the fixed value of day 0, no; correct the earlier record if that one is wrong"
    ]
    assert (said(step)[:2], value(step)) == (("decided", "continue"), "no")


def test_a_later_equal_value_is_nothing_new() -> None:
    step = taken(visit(0, jak2="no", **START), visit(7, jak2="no"))
    held = step.state.reading("jak2")
    assert (step.refused, held and held.observed) == ((), 0)


@pytest.mark.parametrize("later", ["nd", "maybe"])
def test_what_is_not_done_or_cannot_be_read_later_leaves_the_fixed_value(later: str) -> None:
    step = taken(visit(0, jak2="no", **START), visit(7, jak2=later))
    assert (value(step), len(step.refused)) == ("no", later == "maybe")


def test_a_correction_of_its_own_record_replaces_the_fixed_value() -> None:
    step = taken(visit(0, jak2="no", **START), told(WEEK, "yes", 0))
    assert (value(step), step.refused) == ("yes", ())


def test_a_record_from_before_the_fixed_value_is_held_against_it_as_well() -> None:
    assert value(taken(visit(0, jak2="no", **START), told(WEEK, "no", -DAY))) == "no"
    assert len(taken(visit(0, jak2="no", **START), told(WEEK, "yes", -DAY)).refused) == 1


def test_after_the_only_record_is_taken_back_the_next_value_is_the_first() -> None:
    step = taken(visit(0, jak2="no", **START), told(WEEK, None, 0), visit(14, jak2="yes"))
    assert (value(step), step.refused) == ("yes", ())


def weight(*readings: tuple[int, int, str]) -> Step:
    """The last of several visits, each with the day, the value and the sign of a reading of a fixed number."""
    mass = Input("mass", Number("kg", F(1), F(300)), None, fixed=True)
    visits = [Visit(day * DAY, (Observation("mass", value, censored=sign),)) for day, value, sign in readings]  # type: ignore[arg-type]
    return after(*visits, protocol=evolve(PROTOCOL, inputs=(*PROTOCOL.inputs, mass)))


@pytest.mark.parametrize(
    ("readings", "found", "text"),
    [
        (((0, 60, "<"), (7, 55, "")), Interval(F(55), F(55)), "55"),
        (((0, 60, "<"), (7, 50, "<")), Interval(F(1), F(50), open_high=True), "<50"),
        (((0, 60, "<"), (7, 50, ">")), Interval(F(50), F(60), True, True), "<60 and >50"),
        (((0, 60, "<="), (7, 60, ">=")), Interval(F(60), F(60)), "<=60 and >=60"),
        (((0, 55, ""), (7, 60, "<")), Interval(F(55), F(55)), "55"),
    ],
)
def test_a_later_value_makes_a_fixed_bound_more_exact(
    readings: tuple[tuple[int, int, str], ...], found: Interval, text: str
) -> None:
    step = weight(*readings)
    held = step.state.reading("mass")
    assert held is not None and (held.value, held.text, step.refused) == (found, text, ())


@pytest.mark.parametrize("later", [(60, ""), (60, ">"), (70, "")])
def test_a_later_value_outside_a_fixed_bound_is_refused(later: tuple[int, str]) -> None:
    step = weight((0, 60, "<"), (7, *later))
    held = step.state.reading("mass")
    assert held is not None and (held.text, len(step.refused)) == ("<60", 1)


def test_a_value_that_was_not_accepted_is_not_the_first() -> None:
    assert value(taken(visit(0, jak2="maybe", **START), visit(7, jak2="yes"))) == "yes"
