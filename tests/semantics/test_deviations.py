"""The field's terms for how a dose differs from what was permitted: too early, too late, at the wrong level, not decidable."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol import trace
from protocol.model.course import Course, Exposure, Given, Visit
from protocol.model.decision import Step
from protocol.model.guard import And, Clock, Compare, Guard, Is, Not
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen
from protocol.model.rule import Action, By, Rule, To, Where
from protocol.model.time import DAY
from tests.semantics.small import ON, PROTOCOL, STARTED, WELL, after, visit

LOW, MIDDLE, HIGH = "100 mg every 2 days", "100 mg every day", "400 mg every day"
NO_RESPONSE = WELL | {"response": "none"}


def waits(days: int, early: int = 0, late: int = 0) -> Compare:
    return Compare(Clock("start"), ">=", F(days * DAY), early=early * DAY, late=late * DAY)


def raising(when: Guard, mode: str = "must", **changes: object) -> Protocol:
    """The small protocol with one other rule that raises from the starting level."""
    rule = Rule("raise", (Where("on treatment", ("starting",)),), when, mode, Action("escalate", To("escalated")))  # type: ignore[arg-type]
    rules = tuple(one for one in PROTOCOL.rules if one.name != "escalate")
    return evolve(PROTOCOL, rules=(*rules, rule), **changes)


def steps(protocol: Protocol, *visits: Visit, exposures: tuple[Exposure, ...] = ()) -> tuple[Step, ...]:
    return trace(protocol, Course("a patient", visits, exposures)).steps


def kinds(taken: Step) -> list[str]:
    return [one.kind for one in taken.deviations]


# Too early


@pytest.mark.parametrize(
    ("day", "values", "kind"),
    [
        (27, NO_RESPONSE, "change too early"),
        (1, NO_RESPONSE, "change too early"),
        (27, WELL, "dose above permitted"),  # the response forbids it, whatever the day
        (27, WELL | {"response": "nd"}, "dose above permitted"),  # it may be the response that is lacking
        (27, NO_RESPONSE | {"toxicity": 2}, "dose above permitted"),  # a reduction is ordered first
        (27, NO_RESPONSE | {"anc": 0.5}, "hold missed"),
    ],
)
def test_a_change_for_which_only_the_time_is_lacking_is_too_early(day: int, values: dict[str, object], kind: str) -> None:
    (deviation,) = after(STARTED, visit(day, given=HIGH, **values)).deviations
    assert deviation.kind == kind
    assert (kind == "change too early") is deviation.message.endswith("; escalate waits for time since start >= 4 weeks")


def test_a_lowering_can_be_too_early_and_one_that_is_given_up_to_a_time_cannot() -> None:
    down = Rule("down", ON, Compare(Clock("treatment"), ">", F(5 * DAY)), "must", Action("reduce", By(1)))
    soon = Rule("up", ON, And((waits(2), Compare(Clock("start"), "<", F(4 * DAY)))), "may", Action("escalate", By(1)))
    protocol = evolve(PROTOCOL, rules=(*PROTOCOL.rules[:5], soon, down))
    assert kinds(after(STARTED, visit(3, given=LOW, **WELL), protocol=protocol)) == ["change too early"]
    assert kinds(after(STARTED, visit(1, given=HIGH, **WELL), protocol=protocol)) == ["change too early"]
    assert kinds(after(STARTED, visit(4, given=HIGH, **WELL), protocol=protocol)) == ["dose above permitted"]


def test_a_time_behind_not_is_waited_for_too() -> None:
    protocol = raising(Not(Compare(Clock("state"), "<", F(9 * DAY))), "may")
    (deviation,) = after(STARTED, visit(7, given=HIGH, **WELL), protocol=protocol).deviations
    assert (deviation.kind, deviation.message.partition("; ")[2]) == (
        "change too early",
        "raise waits for time in state >= 9 days",
    )


def test_what_goes_on_is_no_change_that_was_too_early() -> None:
    up = Rule("up", ON, Is("response", "none"), "must", Action("escalate", By(1)))
    back = Rule("back", ON, waits(90), "must", Action("reduce", To("starting")))
    protocol = evolve(PROTOCOL, rules=(*PROTOCOL.rules[:4], up, *PROTOCOL.rules[4:], back))
    assert kinds(after(STARTED, visit(7, given=MIDDLE, **NO_RESPONSE), protocol=protocol)) == ["dose below permitted"]


# Too late, with visit windows and without


def test_a_change_that_was_ordered_is_too_late_if_it_is_the_next_one_made() -> None:
    grade_2 = visit(7, given=MIDDLE, **WELL | {"toxicity": 2})
    found = steps(PROTOCOL, STARTED, grade_2, visit(14, given=MIDDLE, toxicity=2), visit(21, given=LOW, **WELL | {"toxicity": 2}))
    assert [kinds(one) for one in found] == [[], ["change too late"], ["change too late"], []]
    assert found[1].deviations[0].message.endswith("(starting), recommended reduce (reduced); that came on day 21")


@pytest.mark.parametrize(
    ("later", "kind"),
    [
        ((visit(14, given=MIDDLE, toxicity=2),), "dose above permitted"),  # never made
        ((visit(14, given=HIGH, toxicity=2), visit(21, given=LOW, toxicity=2)), "dose above permitted"),  # another one first
        ((visit(14, given="none", toxicity=2), visit(21, given=LOW, toxicity=2)), "dose above permitted"),
        ((visit(14, toxicity=2), visit(21, given=LOW, toxicity=2)), "dose above permitted"),  # nobody knows what came first
    ],
)
def test_a_change_that_is_not_the_next_one_made_is_not_late_but_missing(later: tuple[Visit, ...], kind: str) -> None:
    found = steps(PROTOCOL, STARTED, visit(7, given=MIDDLE, **WELL | {"toxicity": 2}), *later)
    assert kinds(found[1]) == [kind]


def test_drug_that_comes_back_too_late_is_a_change_too_late_and_no_hold_without_reason() -> None:
    held = visit(7, given="none", **WELL | {"anc": 0.5})
    well = visit(14, given="none", **WELL)
    found = steps(PROTOCOL, STARTED, held, well, visit(21, given=MIDDLE, **WELL))
    assert [kinds(one) for one in found] == [[], [], ["change too late"], []]
    assert kinds(steps(PROTOCOL, STARTED, held, well)[2]) == ["hold without reason"]


def test_an_exposure_that_changes_after_the_next_visit_is_too_late() -> None:
    exposures = (
        Exposure(0, 15 * DAY, Given("regimen", regimen(MIDDLE))),
        Exposure(15 * DAY, None, Given("regimen", regimen(LOW))),
    )
    grade_2 = visit(7, **WELL | {"toxicity": 2})
    first = visit(0, eligible="yes", died="no")
    for next_visit, kind in ((14, ["change too late"]), (16, [])):
        found = steps(PROTOCOL, first, grade_2, visit(next_visit, toxicity=2), exposures=exposures)
        assert [kinds(one) for one in found if one.visit.time == 7 * DAY] == [kind]


WINDOW = raising(And((Is("response", "none"), waits(28, early=3, late=3))))


IN_WINDOW: list[tuple[tuple[int, ...], int | None, list[list[str]]]] = [
    ((24, 25), 25, [[], []]),  # before the window nothing is ordered
    ((26, 31), 31, [[], []]),  # within it
    ((26, 32), 32, [["change too late"], []]),
    ((26, 29, 32), 32, [[], ["change too late"], []]),  # reported once, at the last visit within
    ((26, 29, 33), None, [[], [], ["dose below permitted"]]),
    ((26, 31), None, [[], []]),  # nobody knows what came after it
    ((24, 40), 24, [["change too early"], []]),
    ((33, 40), 40, [["change too late"], []]),
]
"""On which days the patient is seen, on which the dose is raised, and the deviations that this is."""


def in_window(days: tuple[int, ...], raised_on: int | None) -> list[Visit]:
    """Visits at which the dose goes on until it is raised."""
    return [visit(day, given=MIDDLE if raised_on is None or day < raised_on else HIGH, **NO_RESPONSE) for day in days]


@pytest.mark.parametrize(("days", "raised_on", "expected"), IN_WINDOW)
def test_a_visit_window_says_when_a_change_is_on_time(
    days: tuple[int, ...], raised_on: int | None, expected: list[list[str]]
) -> None:
    assert [kinds(one) for one in steps(WINDOW, STARTED, *in_window(days, raised_on))[1:]] == expected


def test_within_its_window_an_order_is_open_and_then_met() -> None:
    waiting, raised = steps(WINDOW, STARTED, visit(26, given=MIDDLE, **NO_RESPONSE), visit(30, given=HIGH, **NO_RESPONSE))[1:]
    alone = after(STARTED, visit(26, given=MIDDLE, **NO_RESPONSE), protocol=WINDOW)
    assert waiting.verdict and alone.verdict and raised.verdict
    assert (alone.verdict.permitted, alone.verdict.recommended, alone.verdict.on_time_until) == ("none", False, 31 * DAY)
    assert (waiting.verdict.recommended, waiting.verdict.met_at) == (True, 30 * DAY)


@pytest.mark.parametrize("given", [LOW, "none", "stopped"])
def test_a_window_opens_no_way_to_another_dose(given: str) -> None:
    assert kinds(after(STARTED, visit(26, given=given, **NO_RESPONSE), protocol=WINDOW)) != []


def test_a_window_does_not_delay_what_is_ordered_for_another_reason() -> None:
    taken = after(STARTED, visit(26, given=MIDDLE, **NO_RESPONSE | {"toxicity": 2}), protocol=WINDOW)
    assert kinds(taken) == ["dose above permitted"]


def test_act_within_says_from_when_on_a_change_is_too_late() -> None:
    protocol = evolve(PROTOCOL, act_within=2 * DAY)
    grade_2 = visit(7, given=MIDDLE, **WELL | {"toxicity": 2})
    for day, kind in ((9, []), (10, ["change too late"])):
        assert kinds(steps(protocol, STARTED, grade_2, visit(day, given=LOW))[1]) == kind


# At the wrong level, missed, and not decidable


@pytest.mark.parametrize("given", [HIGH, LOW])
def test_drug_comes_back_at_another_level_than_is_permitted(given: str) -> None:
    held = visit(7, given="none", **WELL | {"anc": 0.5})
    taken = after(STARTED, held, visit(14, given=given, **WELL))
    assert kinds(taken) == ["wrong resume level"]
    assert taken.deviations[0].message.endswith("recommended resume (starting)")
    assert kinds(after(STARTED, held, visit(14, given="250 mg every day", **WELL))) == ["off the ladder"]
    assert kinds(after(STARTED, held, visit(14, given=given, **WELL | {"anc": 0.5}))) == ["resumed too early"]


def test_drug_that_is_given_although_treatment_has_to_end_is_no_missed_hold() -> None:
    assert kinds(after(STARTED, visit(7, given=MIDDLE, **WELL | {"died": "yes"}))) == ["stop missed"]


def test_whether_a_dose_deviates_may_not_be_decidable() -> None:
    taken = after(STARTED, visit(28, given=HIGH, **NO_RESPONSE | {"platelets": "nd"}))
    (deviation,) = taken.deviations
    assert (deviation.kind, deviation.is_certain) == ("not decidable", False)
    assert deviation.message == "given 400 mg every day (escalated), permitted or not, depending on platelets"


def test_whether_a_dose_deviates_can_depend_on_a_date() -> None:
    vague = evolve(visit(26, given=HIGH, **NO_RESPONSE), latest=30 * DAY)
    (deviation,) = steps(PROTOCOL, STARTED, vague)[1].deviations
    assert (deviation.kind, deviation.message.endswith("depending on the date")) == ("not decidable", True)


def test_drug_that_nobody_knows_does_not_meet_an_order_to_give_none() -> None:
    protocol = evolve(PROTOCOL, act_within=2 * DAY)
    low = visit(7, given=MIDDLE, **WELL | {"anc": "0.5"})
    missed, _ = steps(protocol, STARTED, low, visit(8, given="unknown"))[1:]
    assert kinds(missed) == ["hold missed"]
