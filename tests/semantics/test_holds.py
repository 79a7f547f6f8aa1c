"""Holds remember all their reasons and have their own way out; stopped is final."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol.model.guard import Clock, Compare, Is
from protocol.model.input import Choice, Input
from protocol.model.rule import Action, By, Rule, Same, To, Where
from protocol.model.time import DAY
from tests.semantics.small import ESCALATED, ON, PROTOCOL, RULES, STARTED, WELL, above, after, said, visit

LOW_COUNTS = visit(7, **WELL | {"anc": 0.8})


@pytest.mark.parametrize(
    ("values", "status", "dose"),
    [
        ({"anc": 1.2}, "decided", "none"),
        ({"anc": 1.49}, "decided", "none"),
        ({"anc": 1.5}, "decided", "starting"),
        ({"anc": 1.5, "platelets": 74}, "decided", "none"),
        ({"anc": 1.5, "platelets": 75}, "decided", "starting"),
        ({"anc": 1.5, "platelets": "nd"}, "undecided", "none"),
        ({"anc": 1.5, "toxicity": 3}, "decided", "none"),
        ({"anc": 1.5, "toxicity": "nd"}, "undecided", "none"),
    ],
)
def test_resuming_needs_both_counts_and_no_other_reason_to_hold(values: dict[str, object], status: str, dose: str) -> None:
    taken = after(STARTED, LOW_COUNTS, visit(14, **WELL | values))
    assert (taken.decision.status, str(taken.state.dose)) == (status, dose)


def test_a_hold_remembers_every_reason_that_was_true() -> None:
    taken = after(STARTED, visit(7, **WELL | {"anc": 0.8, "toxicity": 3}))
    assert taken.state.reasons == {"hold-low", "hold-tox"}


def test_a_reason_that_becomes_true_while_held_joins_the_others() -> None:
    taken = after(STARTED, LOW_COUNTS, visit(14, **WELL | {"anc": 2, "toxicity": 3}))
    assert taken.state.reasons == {"hold-low", "hold-tox"}


def test_with_two_reasons_each_needs_its_recovery_and_the_lowest_level_wins() -> None:
    both = visit(7, given="none", **WELL | {"anc": 0.8, "toxicity": 3})
    escalated = visit(0, given="400 mg every day", died="no")
    still = after(escalated, both, visit(14, **WELL | {"toxicity": 3}))
    assert said(still)[1] == "continue"
    back = after(escalated, both, visit(14, **WELL | {"toxicity": 1}))
    assert said(back) == ("decided", "resume", "resume-tox", "starting")


def test_drug_given_during_a_hold_is_one_deviation_and_keeps_the_reasons() -> None:
    given = visit(8, given="100 mg every day", anc=0.9)
    taken = after(STARTED, LOW_COUNTS, given)
    assert (taken.state.control.kind, taken.state.reasons) == ("on treatment", {"hold-low"})
    assert [one.kind for one in taken.deviations] == ["resumed too early"]


def test_no_drug_without_an_order_is_held_by_unordered_and_ended_by_any_resume_rule() -> None:
    none = visit(7, given="none", **WELL)
    taken = after(STARTED, none)
    assert (taken.state.control.kind, taken.state.reasons) == ("held", {"unordered"})
    assert [one.kind for one in taken.deviations] == ["hold without reason"]
    assert said(after(STARTED, none, visit(8, **WELL)))[:2] == ("decided", "resume")


def test_no_drug_is_a_hold_where_missing_values_permit_a_hold_and_the_end_of_treatment() -> None:
    taken = after(STARTED, visit(7, given="none", **WELL | {"anc": "nd", "died": "nd"}))
    assert (taken.decision.status, taken.state.control.kind, taken.state.reasons) == ("undecided", "held", {"hold-low"})
    ended = after(STARTED, visit(7, given="stopped", **WELL | {"anc": "nd", "died": "nd"}))
    assert ended.state.control.kind == "stopped"


def test_a_stop_on_treatment_is_in_force_on_hold_unless_it_says_otherwise() -> None:
    assert said(after(STARTED, LOW_COUNTS, visit(14, died="yes")))[1] == "stop"
    rules = tuple(evolve(rule, on_hold=False, where=ON) if rule.name == "death" else rule for rule in RULES)
    taken = after(STARTED, LOW_COUNTS, visit(14, **WELL | {"died": "yes", "anc": 1}), protocol=evolve(PROTOCOL, rules=rules))
    assert said(taken)[1] == "continue"


def test_stopped_is_final_and_dosing_afterwards_is_one_continuing_deviation() -> None:
    stopped = visit(7, given="stopped", died="yes")
    dosed = visit(8, given="100 mg every day")
    first = after(STARTED, stopped, dosed)
    second = after(STARTED, stopped, dosed, visit(9, given="100 mg every day", **WELL))
    assert (first.state.control.kind, [one.kind for one in first.deviations]) == ("stopped", ["treatment after stop"])
    assert (second.state.control.kind, second.deviations) == ("stopped", ())
    assert str(second.decision.after.dose) == "none"


def test_time_on_hold_counts_from_its_begin() -> None:
    late = Rule("late", (Where("held"),), Compare(Clock("hold"), ">=", F(14 * DAY)), "must", Action("stop"))
    protocol = evolve(PROTOCOL, rules=(late, *RULES))
    low = {"anc": 0.8, "platelets": 200, "died": "no", "toxicity": 0}
    between = visit(14, **low)
    assert said(after(STARTED, LOW_COUNTS, between, visit(20, **low), protocol=protocol))[1] == "continue"
    assert said(after(STARTED, LOW_COUNTS, between, visit(21, **low), protocol=protocol))[1] == "stop"


# Review

OUTCOME = Input("outcome", Choice(("go on", "stop")), 0)
REVIEW = Rule("look", ON, Is("response", "none"), "must", Action("review", meanwhile="withhold"))
IN_REVIEW = (Where("in review", by=("look",)),)
REVIEW_RULES = (
    *(rule for rule in RULES if rule.name in ("death", "hold-low", "hold-tox", "resume-low")),
    Rule("review-stop", IN_REVIEW, Is("outcome", "stop"), "must", Action("stop")),
    REVIEW,
    Rule("review-over", IN_REVIEW, Is("outcome", "go on"), "must", Action("resume", Same())),
)
REVIEWED = evolve(PROTOCOL, rules=REVIEW_RULES, trackers=(), inputs=(*PROTOCOL.inputs, OUTCOME))
ASKED = visit(7, **WELL | {"response": "none"})


@pytest.mark.parametrize(("meanwhile", "dose"), [("withhold", "none"), ("continue", "starting")])
def test_a_review_says_whether_the_dose_continues_meanwhile(meanwhile: str, dose: str) -> None:
    look = evolve(REVIEW, action=Action("review", meanwhile=meanwhile))  # type: ignore[arg-type]
    protocol = evolve(REVIEWED, rules=tuple(look if rule is REVIEW else rule for rule in REVIEW_RULES))
    taken = after(STARTED, ASKED, protocol=protocol)
    assert (str(taken.state.control), str(taken.state.dose)) == ("in review by look", dose)


@pytest.mark.parametrize(
    ("values", "control", "dose"),
    [
        ({"outcome": "go on"}, "on treatment", "starting"),
        ({"outcome": "stop"}, "stopped", "none"),
        ({"anc": 0.5}, "held", "none"),
        ({"died": "yes"}, "stopped", "none"),
        ({}, "in review", "none"),
    ],
)
def test_a_review_is_left_by_its_outcome_and_leaves_holds_and_stops_in_force(
    values: dict[str, object], control: str, dose: str
) -> None:
    taken = after(STARTED, ASKED, visit(14, **WELL | {"response": "partial"} | values), protocol=REVIEWED)
    assert (taken.state.control.kind, str(taken.state.dose)) == (control, dose)


def test_drug_given_while_a_review_withholds_it_ends_the_review() -> None:
    taken = after(STARTED, ASKED, visit(8, given="100 mg every day"), protocol=REVIEWED)
    assert taken.state.control.kind == "on treatment"


def test_a_hold_is_not_left_for_a_level_at_which_a_step_below_the_ladder_would_stop() -> None:
    bottom = Rule("bottom", ON, above("toxicity", ">=", 2), "must", Action("reduce", By(1), off_ladder="stop"))
    protocol = evolve(PROTOCOL, rules=(bottom, *(rule for rule in RULES if rule.name in ("hold-low", "resume-low"))), trackers=())
    at_bottom = visit(0, given="100 mg every 2 days")
    values = {"anc": 2, "platelets": 200, "toxicity": 2}
    taken = after(at_bottom, visit(7, anc=0.5, platelets=200, toxicity=0), visit(14, **values), protocol=protocol)
    assert said(taken) == ("decided", "continue", "", "none")


@pytest.mark.parametrize(("toxicity", "dose", "by"), [(0, "escalated", ""), (2, "starting", "reduce")])
def test_drug_comes_back_no_higher_than_a_reduction_would_take_it(toxicity: int, dose: str, by: str) -> None:
    recovered = visit(14, **WELL | {"toxicity": toxicity})
    taken = after(ESCALATED, LOW_COUNTS, recovered)
    assert (said(taken), taken.decision.lowered_by) == (("decided", "resume", "resume-low", dose), by)
    week_later = after(ESCALATED, LOW_COUNTS, recovered, visit(21, anc=4, platelets=200))
    assert str(week_later.state.dose) == dose


def test_where_a_reduction_is_open_the_level_to_come_back_to_is_undecided() -> None:
    rules = tuple(rule for rule in RULES if rule.name != "hold-tox")
    taken = after(ESCALATED, LOW_COUNTS, visit(14, **WELL | {"toxicity": "nd"}), protocol=evolve(PROTOCOL, rules=rules))
    assert (taken.decision.status, [one.name for one in taken.decision.missing]) == ("undecided", ["toxicity"])


def test_two_may_rules_of_one_hold_offer_two_levels() -> None:
    rules = (
        *(rule for rule in RULES if rule.name == "hold-low"),
        Rule("same", (Where("held"),), RULES[5].when, "may", Action("resume", Same())),
        Rule("lower", (Where("held"),), RULES[5].when, "may", Action("resume", To("reduced"))),
    )
    taken = after(STARTED, LOW_COUNTS, visit(14, **WELL), protocol=evolve(PROTOCOL, rules=rules, trackers=()))
    assert [(one.rule, str(one.effect.dose)) for one in taken.decision.permitted] == [("same", "starting"), ("lower", "reduced")]


def test_resuming_is_ordered_only_where_must_rules_answer_every_reason() -> None:
    rules = tuple(evolve(rule, mode="may") if rule.name == "resume-tox" else rule for rule in RULES)
    both = visit(7, **WELL | {"anc": 0.8, "toxicity": 3})
    taken = after(ESCALATED, both, visit(14, **WELL | {"toxicity": 1}), protocol=evolve(PROTOCOL, rules=rules))
    assert (said(taken)[1], [one.rule for one in taken.decision.permitted]) == ("continue", ["resume-tox"])


def test_a_hold_resumes_at_the_level_it_names() -> None:
    rules = tuple(evolve(rule, action=Action("resume", To("reduced"))) if rule.name == "resume-low" else rule for rule in RULES)
    taken = after(STARTED, LOW_COUNTS, visit(14, **WELL), protocol=evolve(PROTOCOL, rules=rules))
    assert str(taken.state.dose) == "reduced"
