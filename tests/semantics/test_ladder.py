"""Where a ladder ends, and what is given at once beside a step of it."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest
from attrs import evolve

from protocol import step
from protocol.checks import findings
from protocol.model.guard import Clock, Compare, Is
from protocol.model.ladder import generated
from protocol.model.protocol import LadderEnds, Protocol
from protocol.model.regimen import amount, regimen
from protocol.model.rule import Action, By, Rule, Same, To, Where
from protocol.model.time import DAY
from tests.semantics.small import ON, above, after, said, visit, with_rules

BOLUS, HALF = amount("80 U/kg"), amount("40 U/kg")
LADDER = generated(F(2), F(8), regimen("2 U/kg/h"))
START = Rule(
    "start", (Where("before treatment"),), Is("eligible", "yes"), "must", Action("start", To("dose-6")), supplement=BOLUS
)
UP = Rule("up", ON, above("platelets", "<", 50), "must", Action("escalate", By(1)), supplement=BOLUS)
LESS_UP = evolve(UP, name="less-up", when=above("platelets", "<", 75), supplement=HALF)
DOWN = Rule("down", ON, above("toxicity", ">=", 2), "must", Action("reduce", By(1)))
HOLD = Rule("hold", ON, above("toxicity", ">=", 3), "must", Action("hold"))
BACK = Rule("back", (Where("held"),), above("toxicity", "<=", 1), "must", Action("resume", By(1)))
BEGUN = visit(0, eligible="yes", platelets=100, toxicity=0, anc=4)


def ladder(*rules: Rule, lowest: str = "printed", highest: str = "printed", **changes: object) -> Protocol:
    ends = LadderEnds(lowest, highest)  # type: ignore[arg-type]
    return with_rules(*rules, levels=LADDER, ladder_ends=ends, otherwise=("on treatment", "held"), **changes)


# The end of the ladder


def test_a_step_beyond_an_end_that_is_ours_is_silence_and_the_dose_stands() -> None:
    protocol = ladder(START, UP, highest="ours")
    taken = after(BEGUN, visit(1, platelets=20), visit(2, platelets=20), protocol=protocol)
    decision = taken.decision
    assert said(taken) == ("undecided", "continue", "up", "dose-8")
    assert (decision.silent, decision.supplement, str(taken.state.dose)) == (True, None, "dose-8")
    assert decision.blocked == (
        "there is no level above 'dose-8', and this end of the ladder is ours: the source says nothing of what lies beyond it"
    )


def test_a_step_beyond_an_end_that_is_printed_is_blocked_and_not_silence() -> None:
    taken = after(BEGUN, visit(1, platelets=20), visit(2, platelets=20), protocol=ladder(START, UP, lowest="ours"))
    assert (taken.decision.status, taken.decision.silent) == ("undecided", False)
    assert taken.decision.blocked == "there is no level above 'dose-8', and rule 'up' does not say what happens then"


@pytest.mark.parametrize(("lowest", "silent"), [("ours", True), ("printed", False)])
def test_the_lowest_end_is_met_by_a_reduction(lowest: str, silent: bool) -> None:
    down = evolve(DOWN, action=Action("reduce", By(3)))
    taken = after(BEGUN, visit(1, toxicity=2), protocol=ladder(START, down, lowest=lowest))
    assert (said(taken), taken.decision.silent) == (("undecided", "continue", "down", "dose-6"), silent)


@pytest.mark.parametrize(("lowest", "silent"), [("ours", True), ("printed", False)])
def test_the_lowest_end_is_met_by_coming_back_lower(lowest: str, silent: bool) -> None:
    back = evolve(BACK, action=Action("resume", By(3)))
    taken = after(BEGUN, visit(1, toxicity=3), visit(2, toxicity=0), protocol=ladder(START, HOLD, back, lowest=lowest))
    assert (taken.decision.status, taken.decision.rule, taken.decision.silent) == ("undecided", "back", silent)
    assert taken.state.control.kind == "held"


def test_a_dose_given_where_an_end_of_ours_is_met_is_given_where_the_source_is_silent() -> None:
    for end, kind in (("ours", "protocol silent"), ("printed", "off the ladder")):
        beyond = visit(2, "10 U/kg/h", platelets=20)
        taken = after(BEGUN, visit(1, platelets=20), beyond, protocol=ladder(START, UP, highest=end))
        assert [one.kind for one in taken.deviations] == [kind]


@pytest.mark.parametrize(("otherwise", "control"), [("hold", "held"), ("stop", "stopped"), ("continue", "on treatment")])
def test_what_the_author_says_happens_at_an_end_that_is_ours_is_done(otherwise: Any, control: str) -> None:
    up = evolve(UP, action=Action("escalate", By(1), otherwise))
    taken = after(BEGUN, visit(1, platelets=20), visit(2, platelets=20), protocol=ladder(START, up, highest="ours"))
    decision = taken.decision
    assert (decision.status, decision.silent, decision.blocked, decision.supplement) == ("decided", False, "", None)
    assert taken.state.control.kind == control


def test_a_step_that_only_may_be_ordered_beyond_an_end_of_ours_is_named_and_is_no_silence_yet() -> None:
    protocol = ladder(START, UP, highest="ours")
    taken = after(BEGUN, visit(1, platelets=20), visit(2, platelets="nd"), protocol=protocol)
    assert (taken.decision.status, taken.decision.silent, taken.decision.blocked) == ("undecided", False, "")
    assert taken.decision.missing[0].outcomes[0].then == ("escalate (no such level)",)


def test_a_step_beyond_an_end_that_is_ours_is_no_finding() -> None:
    def off(**ends: Any) -> list[str]:
        found = findings(ladder(START, UP, DOWN, **ends))
        return [one.about for one in found if one.code == "F002"]

    assert off() == ["up", "down"]
    assert off(highest="ours") == ["down"]
    assert off(lowest="ours") == ["up"]
    assert off(lowest="ours", highest="ours") == []


def test_a_dose_given_as_a_rate_is_the_level_of_that_rate_whatever_its_time() -> None:
    taken = after(BEGUN, visit(1, "8 U/kg/h"), protocol=ladder(START))
    assert str(taken.state.dose) == "dose-8"
    assert str(after(BEGUN, visit(1, "8 U/h"), protocol=ladder(START)).state.dose) == "off the ladder (8 U/h)"
    assert str(after(BEGUN, visit(1, "8 U/kg every hour"), protocol=ladder(START)).state.dose).startswith("off the ladder")


# Supplements


def test_a_start_and_an_escalation_give_their_supplement_with_the_new_dose() -> None:
    protocol = ladder(START, UP, LESS_UP)
    first, second = after(BEGUN, protocol=protocol), after(BEGUN, visit(1, platelets=60), protocol=protocol)
    assert (said(first), first.decision.supplement) == (("decided", "start", "start", "dose-6"), BOLUS)
    assert (said(second), second.decision.supplement) == (("decided", "escalate", "less-up", "dose-8"), HALF)


def test_one_reading_orders_one_supplement() -> None:
    protocol = ladder(evolve(START, action=Action("start", To("dose-2"))), UP)
    given = [after(BEGUN, visit(1, platelets=20), visit(day), protocol=protocol).decision.supplement for day in (2, 3, 8)]
    assert given == [None, None, None]
    assert after(BEGUN, visit(1, platelets=20), visit(2, platelets=20), protocol=protocol).decision.supplement == BOLUS


def test_an_escalation_that_was_not_given_is_ordered_again_with_its_supplement() -> None:
    protocol = ladder(START, UP)
    assert after(BEGUN, visit(1, "6 U/kg/h", platelets=20), visit(2), protocol=protocol).decision.supplement == BOLUS


@pytest.mark.parametrize("target", ["dose-6", "dose-4"])
def test_an_escalation_to_a_level_that_is_not_above_gives_no_supplement(target: str) -> None:
    up = evolve(UP, action=Action("escalate", To(target)))
    taken = after(BEGUN, visit(1, platelets=20), protocol=ladder(START, up))
    assert (taken.decision.status, taken.decision.rule, taken.decision.supplement) == ("decided", "up", None)


def test_a_dose_off_the_ladder_is_not_known_to_be_raised_so_nothing_is_given_at_once() -> None:
    up = evolve(UP, action=Action("escalate", To("dose-8")))
    taken = after(BEGUN, visit(1, "50 U/kg/h"), visit(2, platelets=20), protocol=ladder(START, up))
    assert (str(taken.decision.after.dose), taken.decision.supplement) == ("dose-8", None)


def test_while_a_missing_value_leaves_open_which_supplement_nothing_is_given() -> None:
    protocol = ladder(START, UP, LESS_UP)
    taken = after(BEGUN, visit(1, platelets=20), protocol=protocol)
    assert taken.decision.supplement == BOLUS
    unknown = evolve(visit(1), observations=(evolve(visit(1, platelets=75).observations[0], censored="<"),))
    taken = after(BEGUN, unknown, protocol=protocol)
    assert (said(taken), taken.decision.supplement) == (("undecided", "continue", "", "dose-6"), None)
    assert [outcome.then for outcome in taken.decision.missing[0].outcomes] == [
        ("escalate to dose-8 and 80 U/kg at once",),
        ("escalate to dose-8 and 40 U/kg at once",),
    ]


@pytest.mark.parametrize("safe_side", ["less", "more", "none"])
def test_a_supplement_is_never_given_on_missing_data(safe_side: str) -> None:
    at_least = Rule("any", ON, Compare(Clock("start"), ">=", F(DAY)), "must", Action("escalate", By(1)), supplement=HALF)
    protocol = ladder(START, UP, at_least)
    taken = after(BEGUN, visit(1, platelets="nd"), protocol=evolve(protocol, safe_side=safe_side))
    assert (taken.decision.status, taken.decision.supplement) == ("undecided", None)


def test_with_more_as_the_safe_side_a_raise_without_a_supplement_is_taken_on_missing_data() -> None:
    protocol = ladder(START, Rule("keep", ON, above("anc", ">", 5), "must", Action("continue")), evolve(UP, supplement=None))
    taken = after(BEGUN, visit(1, anc="nd", platelets=20), protocol=evolve(protocol, safe_side="more"))
    assert (taken.decision.status, str(taken.decision.after.dose)) == ("provisional", "dose-8")


def test_a_permission_says_what_it_permits_to_give_at_once() -> None:
    taken = after(BEGUN, visit(1, platelets=20), protocol=ladder(START, evolve(UP, mode="may")))
    assert (said(taken), taken.decision.supplement) == (("decided", "continue", "", "dose-6"), None)
    (permission,) = taken.decision.permitted
    assert permission.supplement == BOLUS
    advised = after(BEGUN, visit(1, platelets=20), protocol=ladder(START, evolve(UP, mode="may", recommended=True)))
    assert advised.decision.supplement == BOLUS


def test_a_supplement_is_no_part_of_the_state() -> None:
    with_it, without = ladder(START, UP), ladder(evolve(START, supplement=None), evolve(UP, supplement=None))
    states = [after(BEGUN, visit(1, platelets=20), protocol=protocol).state for protocol in (with_it, without)]
    assert states[0] == states[1]


def test_a_supplement_does_not_change_what_is_permitted() -> None:
    taken = after(BEGUN, visit(1, "8 U/kg/h", platelets=20), protocol=ladder(START, UP))
    assert taken.verdict is not None
    assert (taken.verdict.permitted, taken.verdict.recommended, taken.deviations) == ("every", True, ())


def test_coming_back_from_a_withheld_dose_gives_no_supplement_unless_the_level_rises() -> None:
    keep = Rule("keep", ON, above("anc", ">", 5), "must", Action("continue"))
    stop = Rule("stop", ON, Is("died", "yes"), "must", Action("stop"))
    protocol = ladder(START, keep, stop, evolve(UP, action=Action("escalate", To("dose-6"))))
    withheld = after(BEGUN, visit(1, died="yes", anc="nd", platelets=20), protocol=protocol)
    assert withheld.state.withheld
    taken = step(protocol, withheld.state, visit(2, died="no", anc=4, platelets=20))
    assert (str(taken.decision.after.dose), taken.decision.rule, taken.decision.supplement) == ("dose-6", "up", None)


def test_resuming_at_the_same_level_gives_nothing_at_once() -> None:
    protocol = ladder(START, HOLD, evolve(BACK, action=Action("resume", Same())))
    taken = after(BEGUN, visit(1, toxicity=3), visit(2, toxicity=0), protocol=protocol)
    assert (said(taken)[1], taken.decision.supplement) == ("resume", None)
