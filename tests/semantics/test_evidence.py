"""The wait since the last change of dose is evidence for another step only where nothing is asked that could be read again."""

from __future__ import annotations

from fractions import Fraction as F

from attrs import evolve

from protocol.model.course import Visit
from protocol.model.guard import And, Clock, Compare, Guard, Is, Known, Or
from protocol.model.rule import Action, By, Rule
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
