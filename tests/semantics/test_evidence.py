"""One reading steps a dose once, and holds once where a hold says so; what it ordered stands and is no silence."""

from __future__ import annotations

from fractions import Fraction as F

from attrs import evolve

from protocol.model.course import Visit
from protocol.model.guard import And, Clock, Compare, Guard, Is, Known, Or
from protocol.model.rule import Action, By, Rule, Same, Where
from protocol.model.time import DAY
from tests.semantics.small import ON, PROTOCOL, above, after, visit, with_rules


def waits(minutes: int) -> Guard:
    return Compare(Clock("dose change"), ">=", F(minutes))


def raised(when: Guard, *visits: Visit, **how: object) -> list[str]:
    """The doses after visits under one rule that raises by a rung, from the lowest."""
    up = Rule("raise", ON, when, "must", Action("escalate", By(1), "continue"))
    protocol = evolve(with_rules(up), **how)
    low = visit(0, given="100 mg every 2 days")
    return [str(after(low, *visits[: count + 1], protocol=protocol).state.dose) for count in range(len(visits))]


def test_the_wait_since_the_last_step_is_no_evidence_beside_a_reading_that_was_used() -> None:
    when = And((above("platelets", ">=", 100), waits(2 * DAY)))
    assert raised(when, visit(2, platelets=200), visit(4), visit(6)) == ["starting"] * 3
    assert raised(when, visit(2, platelets=200), visit(4, platelets=200)) == ["starting", "escalated"]
    assert raised(when, visit(2, platelets=200), visit(3, platelets=200)) == ["starting", "starting"]
    assert raised(when, visit(2, platelets=200), visit(3, platelets=200), visit(4))[-1] == "escalated"


def test_the_wait_since_the_last_step_is_evidence_where_nothing_is_asked_that_can_be_read_again() -> None:
    assert raised(waits(2 * DAY), visit(2), visit(4)) == ["starting", "escalated"]
    known = And((Known("platelets"), waits(2 * DAY)))
    assert raised(known, visit(2, platelets=200), visit(4)) == ["starting", "escalated"]
    fixed = tuple(evolve(item, fixed=item.name == "eligible") for item in PROTOCOL.inputs)
    mutated = And((Is("eligible", "yes"), waits(2 * DAY)))
    assert raised(mutated, visit(2, eligible="yes"), visit(4), inputs=fixed) == ["starting", "escalated"]
    assert raised(mutated, visit(2, eligible="yes"), visit(4)) == ["starting", "starting"]


def test_another_clock_that_came_due_is_evidence_beside_a_reading_that_was_used() -> None:
    when = And((above("platelets", ">=", 100), Compare(Clock("start"), ">=", F(3 * DAY)), waits(DAY)))
    other = Rule("first", ON, above("toxicity", ">=", 4), "must", Action("escalate", By(1)))
    up = Rule("raise", ON, when, "must", Action("escalate", By(1), "continue"))
    course = (visit(0, given="100 mg every 2 days"), visit(1, platelets=200, toxicity=4), visit(3))
    assert str(after(*course, protocol=with_rules(other, up)).state.dose) == "escalated"


def test_of_two_ways_in_which_a_guard_is_true_each_has_evidence_of_its_own() -> None:
    when = Or((above("platelets", ">=", 100), waits(2 * DAY)))
    assert raised(when, visit(1, platelets=200), visit(2), visit(3)) == ["starting", "starting", "escalated"]


def held_once(*visits: Visit, once: bool = True) -> list[tuple[str, str]]:
    """Action and control state after visits under a hold by high values that ends after two days, given 100 mg on day 0."""
    hold = Rule("hold", ON, above("platelets", ">", 400), "must", Action("hold"), once=once)
    over = Compare(Clock("hold"), ">=", F(2 * DAY))
    resume = Rule("resume", (Where("held", by=("hold",)),), over, "must", Action("resume", Same()))
    protocol = with_rules(hold, resume)
    start = visit(0, given="100 mg every day")
    steps = [after(start, *visits[: count + 1], protocol=protocol) for count in range(len(visits))]
    return [(step.decision.action, str(step.state.control)) for step in steps]


def test_a_hold_by_one_reading_ends_by_the_clock_although_the_reading_still_counts() -> None:
    course = visit(1, platelets=500), visit(2), visit(3), visit(4)
    once = [("hold", "held"), ("continue", "held"), ("resume", "on treatment"), ("continue", "on treatment")]
    assert held_once(*course) == once
    assert held_once(*course, once=False) == [("hold", "held"), *[("continue", "held")] * 3]


def test_a_new_reading_after_such_a_hold_holds_again() -> None:
    course = visit(1, platelets=500), visit(3), visit(4, platelets=500)
    assert held_once(*course) == [("hold", "held"), ("resume", "on treatment"), ("hold", "held")]


def test_a_new_reading_during_such_a_hold_begins_it_again() -> None:
    course = visit(1, platelets=500), visit(2, platelets=500), visit(3), visit(4)
    assert held_once(*course) == [("hold", "held"), *[("continue", "held")] * 2, ("resume", "on treatment")]
    normal = visit(1, platelets=500), visit(2, platelets=300), visit(3)
    assert held_once(*normal) == [("hold", "held"), ("continue", "held"), ("resume", "on treatment")]


def test_such_a_hold_that_was_broken_off_holds_again_on_the_same_reading() -> None:
    course = visit(1, platelets=500), visit(2, given="100 mg every day"), visit(3)
    assert held_once(*course) == [("hold", "held"), ("continue", "on treatment"), ("hold", "held")]


def test_a_missing_reading_could_call_for_such_a_hold() -> None:
    hold = Rule("hold", ON, above("platelets", ">", 400), "must", Action("hold"), once=True)
    protocol = with_rules(hold)
    decision = after(visit(0, given="100 mg every day"), visit(1), protocol=protocol).decision
    assert (decision.status, [one.name for one in decision.missing]) == ("undecided", ["platelets"])


def test_a_step_whose_reading_was_acted_on_is_no_silence() -> None:
    up = Rule("raise", ON, above("platelets", ">=", 100), "must", Action("escalate", By(1), "continue"))
    protocol = evolve(with_rules(up), otherwise=(), silent=("on treatment",))
    low = visit(0, given="100 mg every 2 days")

    def silent(*visits: Visit) -> bool:
        return after(low, *visits, protocol=protocol).decision.silent

    assert not silent(visit(1, platelets=200))
    assert not silent(visit(1, platelets=200), visit(2))
    assert silent(visit(1, platelets=200), visit(2, platelets=50)), "a new reading that no rule covers"
    assert silent(visit(1, platelets=200), visit(20)), "whatever is missing now could be what no rule covers"


def test_a_decision_names_the_rules_of_which_what_they_ordered_stands() -> None:
    up = Rule("raise", ON, above("platelets", ">=", 100), "must", Action("escalate", By(1), "continue"))
    low = visit(0, given="100 mg every 2 days")
    taken = [after(low, *visits, protocol=with_rules(up)).decision for visits in (
        (visit(1, platelets=200),), (visit(1, platelets=200), visit(2)), (visit(1, platelets=50),)
    )]  # fmt: skip
    assert [(one.action, one.acted_on) for one in taken] == [("escalate", ()), ("continue", ("raise",)), ("continue", ())]


def test_a_hold_by_time_on_treatment_comes_due_also_after_another_hold() -> None:
    due = Compare(Clock("treatment"), ">=", F(4 * DAY))
    rest = Rule("rest", ON, due, "must", Action("hold"), once=True)
    low = Rule("low", ON, above("platelets", "<", 50), "must", Action("hold"))
    back = Rule("back", (Where("held", by=("low",)),), above("platelets", ">=", 75), "must", Action("resume", Same()))
    again = Rule("again", (Where("held", by=("rest",)),), Compare(Clock("hold"), ">=", F(DAY)), "must", Action("resume", Same()))
    course = (
        visit(0, given="100 mg every day"),
        visit(1, platelets=40),
        visit(2, platelets=200),
        visit(4),
        visit(5),
        visit(6),
        visit(9),
    )
    protocol = with_rules(rest, low, back, again)
    found = [after(*course[: count + 1], protocol=protocol).decision.action for count in range(1, len(course))]
    # With drug on days 0 to 1 and 2 to 5: four days are over on day 5, and then no more.
    assert found == ["hold", "resume", "continue", "hold", "resume", "continue"]
