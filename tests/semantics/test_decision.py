"""The decision over everything that missing values could be."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol.errors import VisitError
from protocol.model.guard import Always, And, Clock, Compare, Guard, Is, Known, Not, Or
from protocol.model.input import Input, YesNo
from protocol.model.rule import Action, By, Rule, Same, To, Where
from protocol.model.time import DAY
from tests.semantics.small import (
    ESCALATED,
    LOW,
    ON,
    PROTOCOL,
    RECOVERED,
    RULES,
    STARTED,
    WELL,
    above,
    after,
    said,
    visit,
    with_rules,
)

HOLD = Rule("hold", ON, LOW, "must", Action("hold"))
REDUCE = Rule("reduce", ON, above("toxicity", ">=", 2), "must", Action("reduce", By(1)))
STOP = Rule("stop", ON, Is("died", "yes"), "must", Action("stop"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ("decided", "continue", "", "starting")),
        ({"anc": 0.99}, ("decided", "hold", "hold-low", "none")),
        ({"anc": 1}, ("decided", "continue", "", "starting")),
        ({"platelets": 49}, ("decided", "hold", "hold-low", "none")),
        ({"platelets": 50}, ("decided", "continue", "", "starting")),
        ({"toxicity": 2}, ("decided", "reduce", "reduce", "reduced")),
        ({"toxicity": 3}, ("decided", "hold", "hold-tox", "none")),
        ({"anc": 0.5, "toxicity": 2}, ("decided", "hold", "hold-low", "none")),
        ({"died": "yes", "anc": 0.5}, ("decided", "stop", "death", "none")),
    ],
)
def test_the_first_true_rule_decides(values: dict[str, object], expected: tuple[str, ...]) -> None:
    assert said(after(STARTED, visit(7, **WELL | values))) == expected


def test_a_hold_that_one_known_value_orders_is_decided_although_another_is_missing() -> None:
    assert said(after(STARTED, visit(7, **WELL | {"anc": 0.5, "platelets": "nd"}))) == ("decided", "hold", "hold-low", "none")


def test_a_missing_count_leaves_the_dose_in_force_and_says_what_it_would_decide() -> None:
    taken = after(STARTED, visit(7, **WELL | {"platelets": "nd"}))
    assert said(taken) == ("undecided", "continue", "", "starting")
    (missing,) = taken.decision.missing
    assert [(one.when, one.then) for one in missing.outcomes] == [
        ("platelets < 50", ("hold",)),
        ("platelets >= 50", ("continue",)),
    ]


def test_where_everything_possible_lowers_the_least_exposure_that_can_be_undone_is_provisional() -> None:
    protocol = with_rules(HOLD, REDUCE)
    taken = after(STARTED, visit(7, toxicity=2, platelets=100), protocol=protocol)
    assert said(taken) == ("provisional", "hold", "hold", "none")


def test_a_lowering_that_is_ordered_anyway_is_not_held_back_by_a_rule_that_may_keep_the_dose() -> None:
    keep = Rule("keep", ON, above("anc", ">", 2), "must", Action("continue"))
    taken = after(STARTED, visit(7, toxicity=2), protocol=with_rules(keep, REDUCE))
    assert said(taken) == ("provisional", "reduce", "reduce", "reduced")


def test_a_stop_that_missing_data_leave_provisional_withholds_the_drug_instead() -> None:
    keep = Rule("keep", ON, above("anc", ">", 2), "must", Action("continue"))
    protocol = with_rules(keep, STOP)
    taken = after(STARTED, visit(7, died="yes"), protocol=protocol)
    assert said(taken) == ("provisional", "hold", "stop", "none")
    assert (taken.decision.withheld, taken.state.withheld, taken.state.control.kind) == (True, True, "on treatment")


@pytest.mark.parametrize(
    ("values", "status", "dose", "withheld"),
    [
        ({"anc": 3, "died": "yes"}, "decided", "starting", False),
        ({"anc": 1, "died": "yes"}, "decided", "none", False),
        ({"died": "yes"}, "undecided", "none", True),
    ],
)
def test_only_a_decided_decision_ends_withholding(values: dict[str, object], status: str, dose: str, withheld: bool) -> None:
    keep = Rule("keep", ON, above("anc", ">", 2), "must", Action("continue"))
    protocol = with_rules(keep, STOP)
    taken = after(STARTED, visit(7, died="yes"), visit(8, **values), protocol=protocol)
    assert (taken.decision.status, str(taken.state.dose), taken.state.withheld) == (status, dose, withheld)


def test_time_on_treatment_does_not_run_while_withheld() -> None:
    keep = Rule("keep", ON, above("anc", ">", 2), "must", Action("continue"))
    protocol = with_rules(keep, STOP)
    taken = after(STARTED, visit(7, died="yes"), visit(20, died="yes"), visit(21, anc=3), visit(22), protocol=protocol)
    assert taken.state.on_drug == 8 * DAY


def test_a_rule_that_raises_is_never_taken_on_missing_data() -> None:
    raise_ = Rule("raise", ON, Is("response", "none"), "must", Action("escalate", By(1)))
    assert said(after(STARTED, visit(7), protocol=with_rules(raise_))) == ("undecided", "continue", "", "starting")


def test_what_is_known_is_not_something_a_completion_changes() -> None:
    unasked = Rule("unasked", ON, Not(Known("anc")), "must", Action("hold"))
    assert said(after(STARTED, visit(7), protocol=with_rules(unasked)))[:2] == ("decided", "hold")
    assert said(after(STARTED, visit(7, anc=3), protocol=with_rules(unasked)))[:2] == ("decided", "continue")


def test_within_asks_how_old_the_reading_is() -> None:
    fresh = Rule("fresh", ON, Not(Known("anc", within=3 * DAY)), "must", Action("hold"))
    protocol = with_rules(fresh)
    assert said(after(STARTED, visit(7, anc=3), visit(10), protocol=protocol))[1] == "continue"
    assert said(after(STARTED, visit(7, anc=3), visit(10.1), protocol=protocol))[1] == "hold"


@pytest.mark.parametrize(
    ("safe_side", "expected"),
    [("less", ("provisional", "none")), ("more", ("undecided", "starting")), ("none", ("undecided", "starting"))],
)
def test_the_safe_side_says_in_which_direction_missing_data_may_act(safe_side: str, expected: tuple[str, str]) -> None:
    protocol = with_rules(HOLD, REDUCE, safe_side=safe_side)
    taken = after(STARTED, visit(7, toxicity=2, platelets=100), protocol=protocol)
    assert (taken.decision.status, str(taken.decision.after.dose)) == expected


def test_with_more_as_the_safe_side_a_raise_that_is_certain_is_taken() -> None:
    keep = Rule("keep", ON, above("anc", ">", 2), "must", Action("continue"))
    raise_ = Rule("raise", ON, Is("response", "none"), "must", Action("escalate", By(1)))
    protocol = with_rules(keep, raise_, safe_side="more")
    assert said(after(STARTED, visit(7, response="none"), protocol=protocol)) == ("provisional", "escalate", "raise", "escalated")


def test_more_cases_than_can_be_told_apart_are_refused_and_not_waited_for() -> None:
    inputs = tuple(Input(f"x{number}", YesNo(), DAY) for number in range(40))
    pairs = tuple(Or((Is(f"x{number}", "yes"), Is(f"x{number + 1}", "yes"))) for number in range(0, 40, 2))
    protocol = with_rules(Rule("all", ON, And(pairs), "must", Action("hold")), inputs=inputs)
    with pytest.raises(VisitError, match="on day 7 missing values leave over 4000 cases to tell apart: x0, x1"):
        after(visit(0, given="100 mg every day"), visit(7), protocol=protocol)


# May rules


def test_a_may_rule_permits_beside_what_the_list_orders() -> None:
    taken = after(STARTED, visit(28, **WELL | {"response": "none"}))
    assert said(taken) == ("decided", "continue", "", "starting")
    (permission,) = taken.decision.permitted
    assert (permission.rule, permission.certainty, str(permission.effect.dose)) == ("escalate", "permitted", "escalated")


def test_a_must_rule_above_a_may_rule_ends_the_search() -> None:
    taken = after(STARTED, visit(28, **WELL | {"response": "none", "anc": 0.5}))
    assert (said(taken)[1], taken.decision.permitted) == ("hold", ())


def test_what_is_unknown_is_not_permitted_and_is_named() -> None:
    taken = after(STARTED, visit(28, **WELL | {"response": "nd", "platelets": "nd"}))
    (permission,) = taken.decision.permitted
    assert (permission.certainty, permission.needs) == ("unknown", ("platelets", "response"))


NONE, PARTIAL, ANY = Is("response", "none"), Is("response", "partial"), above("platelets", ">", 0)


@pytest.mark.parametrize(
    ("guards", "response", "certainty", "rules", "needs"),
    [
        ((NONE, Not(NONE)), "nd", "permitted", ("one", "two"), ("response",)),
        ((NONE, PARTIAL), "nd", "unknown", ("one", "two"), ("response",)),
        ((ANY, NONE), "nd", "permitted", ("one",), ()),
        ((ANY, NONE), "none", "permitted", ("one", "two"), ()),
        ((NONE, Not(NONE)), "none", "permitted", ("one",), ()),
    ],
)
def test_what_several_rules_permit_is_permitted_where_one_of_them_does_whatever_is_missing(
    guards: tuple[Guard, Guard], response: str, certainty: str, rules: tuple[str, ...], needs: tuple[str, ...]
) -> None:
    both = (Rule(name, ON, when, "may", Action("escalate", By(1))) for name, when in zip(("one", "two"), guards, strict=True))
    visits = STARTED, visit(28, "400 mg every day", **WELL | {"response": response})
    taken = after(*visits, protocol=with_rules(*both))
    (permission,) = taken.decision.permitted
    assert (permission.certainty, permission.rules, permission.needs) == (certainty, rules, needs)
    assert taken.verdict and taken.verdict.permitted == {"permitted": "every", "unknown": "some"}[certainty]


def test_what_is_ordered_in_one_completion_and_permitted_in_the_other_is_permitted() -> None:
    must = Rule("one", ON, NONE, "must", Action("escalate", By(1)))
    may = Rule("two", ON, Not(NONE), "may", Action("escalate", By(1)))
    (permission,) = after(STARTED, visit(28, **WELL | {"response": "nd"}), protocol=with_rules(must, may)).decision.permitted
    assert (permission.certainty, permission.rules) == ("permitted", ("two",))


def test_a_may_rule_that_is_recommended_is_what_the_decision_says() -> None:
    rules = tuple(evolve(rule, recommended=True) if rule.name == "escalate" else rule for rule in RULES)
    taken = after(STARTED, visit(28, **WELL | {"response": "none"}), protocol=evolve(PROTOCOL, rules=rules))
    assert said(taken) == ("decided", "escalate", "escalate", "escalated")


def test_what_is_ordered_where_something_else_is_recommended_is_permitted_beside_it() -> None:
    """An order is listed there as a permission would be."""
    advised = Rule("look", ON, above("toxicity", ">=", 2), "may", Action("review", meanwhile="withhold"), recommended=True)
    for mode in ("must", "may"):
        protocol = with_rules(advised, evolve(REDUCE, mode=mode))
        found = after(ESCALATED, visit(7, toxicity=2, given="100 mg every day"), protocol=protocol)
        listed = {(one.rule, one.action, one.effect.dose.name, one.certainty) for one in found.decision.permitted}
        assert found.decision.rule == "look"
        assert ("reduce", "reduce", "starting", "permitted") in listed
        assert found.verdict is not None and found.verdict.permitted == "every"


# Evidence is used once


def test_one_reading_steps_a_dose_once() -> None:
    grade_2 = visit(7, **WELL | {"toxicity": 2})
    counts = {"anc": 4, "platelets": 200}
    first = after(ESCALATED, grade_2)
    second = after(ESCALATED, grade_2, visit(14, **counts))
    third = after(ESCALATED, grade_2, visit(14, **counts), visit(15, **counts | {"toxicity": 2}))
    assert [str(taken.state.dose) for taken in (first, second, third)] == ["starting", "starting", "reduced"]


def test_a_rule_that_says_again_steps_twice_on_one_reading() -> None:
    again = with_rules(evolve(REDUCE, again=True))
    taken = after(ESCALATED, visit(7, toxicity=2), visit(14), protocol=again)
    assert str(taken.state.dose) == "reduced"


def test_a_clock_that_came_due_after_the_last_step_is_fresh_evidence() -> None:
    due = Compare(Clock("start"), ">=", F(28 * DAY))
    protocol = with_rules(Rule("reduce", ON, And((above("toxicity", ">=", 2), due)), "must", Action("reduce", By(1))))
    taken = after(ESCALATED, visit(20, toxicity=2), visit(28), visit(29), protocol=protocol)
    assert str(taken.state.dose) == "starting"


def test_the_stopwatch_that_came_due_before_the_last_step_is_no_fresh_evidence() -> None:
    due = Compare(Clock("treatment"), ">=", F(14 * DAY))
    raise_ = Rule("raise", ON, due, "must", Action("escalate", By(1)))
    protocol, low = with_rules(raise_), visit(0, given="100 mg every 2 days")
    first = after(low, visit(14), protocol=protocol)
    off, on = visit(15, given="none"), visit(36, given="100 mg every day")
    again = after(low, visit(14), off, on, visit(37), protocol=protocol)
    assert [str(one.state.dose) for one in (first, again)] == ["starting", "starting"]


def test_a_new_reading_that_does_not_bear_the_rule_out_is_no_evidence_for_it() -> None:
    either = Rule("reduce", ON, LOW, "must", Action("reduce", By(1)))
    protocol = with_rules(either)
    taken = after(ESCALATED, visit(7, anc=0.5, platelets=200), visit(8, platelets=200), protocol=protocol)
    assert str(taken.state.dose) == "starting"


def test_a_hold_may_rest_on_a_carried_reading() -> None:
    taken = after(STARTED, visit(7, **WELL | {"anc": 0.5}), visit(8, given="100 mg every day"), visit(9, platelets=200))
    assert said(taken)[:2] == ("decided", "hold")


def test_a_clock_whose_event_never_happened_is_infinitely_old() -> None:
    protocol = with_rules(Rule("held", ON, Compare(Clock("hold"), ">=", F(28 * DAY)), "must", Action("hold")))
    assert said(after(STARTED, visit(1), protocol=protocol))[1] == "hold"


def test_the_first_dose_is_a_change_of_the_dose_in_force() -> None:
    settled = Compare(Clock("dose change"), ">=", F(28 * DAY))
    protocol = with_rules(Rule("settled", ON, settled, "must", Action("hold")))
    assert said(after(STARTED, visit(27), protocol=protocol))[1] == "continue"
    assert said(after(STARTED, visit(28), protocol=protocol))[1] == "hold"
    assert said(after(STARTED, visit(14, given="400 mg every day"), visit(28), protocol=protocol))[1] == "continue"


def test_before_the_first_dose_no_dose_has_changed() -> None:
    before = (Where("before treatment"),)
    settled = Rule("start", before, Compare(Clock("dose change"), ">=", F(28 * DAY)), "must", Action("start", To("starting")))
    assert said(after(visit(-1), protocol=with_rules(settled)))[1] == "start"


# The ladder


def test_a_step_off_the_ladder_is_not_guessed() -> None:
    at_reduced = visit(0, given="100 mg every 2 days", died="no")
    taken = after(at_reduced, visit(7, **WELL | {"toxicity": 2}))
    assert said(taken) == ("undecided", "continue", "reduce", "reduced")
    assert taken.decision.blocked == ("there is no level below 'reduced', and rule 'reduce' does not say what happens then")


@pytest.mark.parametrize(("off_ladder", "dose", "control"), [("hold", "none", "held"), ("stop", "none", "stopped")])
def test_a_rule_can_say_what_happens_below_the_ladder(off_ladder: str, dose: str, control: str) -> None:
    protocol = with_rules(evolve(REDUCE, action=Action("reduce", By(1), off_ladder=off_ladder)))  # type: ignore[arg-type]
    taken = after(visit(0, given="100 mg every 2 days"), visit(7, toxicity=2), protocol=protocol)
    assert (str(taken.state.dose), taken.state.control.kind) == (dose, control)


def test_a_hold_below_the_ladder_is_a_reason_of_its_own() -> None:
    bottom = evolve(REDUCE, name="bottom", action=Action("reduce", By(1), off_ladder="hold"))
    resume = Rule("resume", (Where("held", by=("bottom",)),), above("toxicity", "<=", 1), "must", Action("resume", Same()))
    protocol = with_rules(bottom, resume)
    held = after(visit(0, given="100 mg every 2 days"), visit(7, toxicity=2), protocol=protocol)
    assert held.state.reasons == {"bottom"}
    back = after(visit(0, given="100 mg every 2 days"), visit(7, toxicity=2), visit(8, toxicity=1), protocol=protocol)
    assert said(back) == ("decided", "resume", "resume", "reduced")


def test_a_step_that_leaves_the_ladder_is_said_as_what_its_rule_does_instead() -> None:
    for instead, action in (("hold", "hold"), ("stop", "stop"), ("continue", "continue")):
        protocol = with_rules(evolve(REDUCE, action=Action("reduce", By(1), off_ladder=instead)))  # type: ignore[arg-type]
        assert after(visit(0, given="100 mg every 2 days"), visit(7, toxicity=2), protocol=protocol).decision.action == action


def test_escalating_to_a_level_that_is_not_above_changes_nothing() -> None:
    up = Rule("up", ON, Always(), "must", Action("escalate", To("starting")))
    assert str(after(ESCALATED, visit(7), protocol=with_rules(up)).state.dose) == "escalated"


def test_a_step_by_two_passes_over_a_rung() -> None:
    down = evolve(REDUCE, action=Action("reduce", By(2)))
    assert str(after(ESCALATED, visit(7, toxicity=2), protocol=with_rules(down)).state.dose) == "reduced"


# Silence


def test_a_visit_that_no_rule_covers_is_silent_unless_the_protocol_says_otherwise() -> None:
    assert not after(STARTED, visit(7, **WELL)).decision.silent
    assert after(STARTED, visit(7, **WELL), protocol=evolve(PROTOCOL, otherwise=())).decision.silent
    assert RECOVERED != LOW
