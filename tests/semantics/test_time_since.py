"""How long ago a condition was last so: bounds for what was not observed, and what it is evidence of."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol.model.course import Visit
from protocol.model.decision import Step
from protocol.model.guard import Compare, Guard, Not, Or, Tracked
from protocol.model.input import Tracker
from protocol.model.protocol import Protocol
from protocol.model.rule import Action, By, Rule
from protocol.model.time import DAY
from protocol.semantics.foresee import next_change
from protocol.semantics.trackers import NEVER, bounds
from tests.semantics.small import ON, STARTED, above, after, said, visit, with_rules

LOW_ANC = above("anc", "<", 1)
SEEN = Tracker("seen", "since", LOW_ANC)
LOW, NORMAL, NOT_DONE = {"anc": 0.5}, {"anc": 2}, {"anc": "nd"}
BEGUN = evolve(STARTED, observations=(*STARTED.observations, *visit(0, **NORMAL).observations))
never = float(NEVER / DAY)


def asks(operator: str, days: int) -> Guard:
    return Compare(Tracked("seen"), operator, F(days * DAY))  # type: ignore[arg-type]


def protocol(when: Guard, action: Action, tracker: Tracker = SEEN) -> Protocol:
    return with_rules(Rule("acts", ON, when, "must", action), trackers=(tracker,))


def since(tracker: Tracker, *visits: Visit) -> tuple[float, float]:
    """The least and greatest time since, in days. Counts are valid for 8 days, that of day 0 is normal."""
    asked = protocol(asks("<=", 28), Action("continue"), tracker)
    last = after(BEGUN, *visits, protocol=asked)
    low, high, _ = bounds(asked, last.state, last.visit.time)[tracker.name]
    return float(low / DAY), float(high / DAY)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param((visit(7, **NORMAL),), (never, never), id="it never was"),
        pytest.param((visit(7, **LOW),), (0, 0), id="it is"),
        pytest.param((visit(7, **LOW), visit(14)), (0, 0), id="a value counts as what it was while it is valid"),
        pytest.param((visit(7, **LOW), visit(14, **NORMAL)), (0, 0), id="up to the visit that finds it otherwise"),
        pytest.param((visit(7, **LOW), visit(14, **NORMAL), visit(21, **NORMAL)), (7, 7), id="and from then on it is past"),
        pytest.param((visit(7, **LOW), visit(25, **NORMAL)), (0, 10), id="it ended between day 15 and day 25"),
        pytest.param((visit(7, **LOW), visit(9, **NOT_DONE), visit(12, **NORMAL)), (0, 3), id="not done: unknown at once"),
        pytest.param((visit(7, **NOT_DONE),), (0, never), id="it may be so, or never have been"),
        pytest.param((visit(7, **NOT_DONE), visit(14, **NORMAL), visit(21, **NORMAL)), (7, never), id="it may have been"),
        pytest.param((visit(7, **LOW), visit(14, **NORMAL), visit(30, **NORMAL)), (0, 16), id="again, where nobody looked"),
    ],
)
def test_it_is_known_as_well_as_the_condition_was(visits: tuple[Visit, ...], expected: tuple[float, float]) -> None:
    assert since(SEEN, *visits) == expected


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ((visit(7, **LOW), visit(25, **NORMAL)), (10, 10)),
        ((visit(7, **NOT_DONE), visit(30)), (never, never)),
        ((visit(7, **LOW), visit(30)), (15, 15)),
    ],
)
def test_with_measured_only_what_is_not_known_is_passed_over(visits: tuple[Visit, ...], expected: tuple[float, float]) -> None:
    assert since(evolve(SEEN, measured_only=True), *visits) == expected


def test_it_remembers_what_was_read_before_the_first_dose_only_from_baseline() -> None:
    for tracker, expected in ((SEEN, (never, never)), (evolve(SEEN, from_baseline=True), (14, 14))):
        asked = protocol(asks("<=", 28), Action("continue"), tracker)
        last = after(visit(-14, **LOW), visit(-7, **NORMAL), BEGUN, visit(7, **NORMAL), protocol=asked)
        low, high, _ = bounds(asked, last.state, last.visit.time)["seen"]
        assert (float(low / DAY), float(high / DAY)) == expected


def holds(*visits: Visit) -> Step:
    return after(STARTED, *visits, protocol=protocol(asks("<=", 14), Action("hold")))


def test_a_comparison_that_its_bounds_leave_open_is_unknown() -> None:
    course = (visit(1, **LOW), visit(7, **NORMAL))
    assert said(holds(*course[:1]))[:2] == ("decided", "hold")
    stop = protocol(asks(">", 14), Action("stop"))
    assert said(after(STARTED, *course, visit(14, **NORMAL), visit(21, **NORMAL), protocol=stop))[:2] == ("decided", "continue")
    assert said(after(STARTED, *course, visit(14, **NORMAL), visit(22, **NORMAL), protocol=stop))[:2] == ("decided", "stop")
    open_still = after(STARTED, *course, visit(22, **NORMAL), protocol=stop)
    assert said(open_still)[:2] == ("undecided", "continue")
    (missing,) = open_still.decision.missing
    assert missing.name == "seen" and missing.inputs == ("anc",)
    assert [(one.when, one.then) for one in missing.outcomes] == [
        ("seen <= 2 weeks", ("continue",)), ("seen > 2 weeks", ("stop",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("visits", "fact"),
    [
        ((visit(7, **LOW),), "0 minutes"),
        ((visit(7, **NORMAL),), "never"),
        ((visit(7, **NOT_DONE), visit(14, **NORMAL), visit(21, **NORMAL)), "at least 1 week"),
        ((visit(7, **LOW), visit(25, **NORMAL), visit(26, **NORMAL)), "1 day to 11 days"),
    ],
)
def test_the_fact_says_how_long_ago_it_was(visits: tuple[Visit, ...], fact: str) -> None:
    shown = protocol(Or((asks("<=", 28), asks(">", 28))), Action("continue"))
    (found,) = after(BEGUN, *visits, protocol=shown).decision.facts
    assert (found.value, found.status) == (fact, "computed")


def doses(when: Guard, *visits: Visit) -> list[str]:
    """The dose after each visit under one rule that raises by a rung, from the lowest."""
    up = protocol(when, Action("escalate", By(1), "continue"))
    low = visit(0, given="100 mg every 2 days", **NORMAL)
    return [str(after(low, *visits[: count + 1], protocol=up).state.dose) for count in range(len(visits))]


def test_that_it_was_not_long_ago_is_evidence_of_the_reading_that_showed_it() -> None:
    # One low count is carried for eight days and remembered for two weeks, and steps the dose once.
    assert doses(asks("<=", 14), visit(1, **LOW), visit(2), visit(9), visit(10)) == ["starting"] * 4
    assert doses(asks("<=", 14), visit(1, **LOW), visit(2, **LOW)) == ["starting", "escalated"]
    # Another reading that does not show it is none.
    assert doses(asks("<=", 14), visit(1, **LOW), visit(2, platelets=200), visit(3, **NORMAL)) == ["starting"] * 3
    assert doses(Not(asks(">", 14)), visit(1, **LOW), visit(2)) == ["starting"] * 2


def test_that_it_was_long_ago_comes_due_once() -> None:
    course = (visit(1, **LOW), visit(2, **NORMAL), visit(9, **NORMAL), visit(16, **NORMAL), visit(17, **NORMAL), visit(30))
    assert doses(asks(">=", 14), *course[:5]) == ["reduced", "reduced", "reduced", "starting", "starting"]
    assert doses(Not(asks("<", 14)), *course[:5]) == ["reduced", "reduced", "reduced", "starting", "starting"]


def test_what_never_was_never_comes_due() -> None:
    assert doses(asks(">=", 14), visit(7, **NORMAL), visit(14, **NORMAL), visit(21, **NORMAL)) == ["reduced"] * 3


def test_it_is_foreseen_when_it_will_have_been_long_ago() -> None:
    stop = protocol(asks(">", 14), Action("stop"), evolve(SEEN, measured_only=True))
    for last, due in ((visit(7, **LOW), 8 + 7 + 14), (visit(8, **NORMAL), 8 + 14)):
        state = after(STARTED, visit(7, **LOW), last, protocol=stop).state
        found = next_change(stop, state)
        assert found is not None
        assert (found[0], found[1].action) == (due * DAY + 1, "stop")
