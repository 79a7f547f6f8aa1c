"""What is true of a patient who is only watched: what the reference says wherever it needs no dose, and open elsewhere."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from protocol import initial, step
from protocol.errors import VisitError
from protocol.model.course import Course, Given, Visit
from protocol.model.guard import And, Clock, Compare, CumulativeDose, Guard, Is, Operator, Tracked, nodes
from protocol.model.input import Tracker
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.rule import Action, Rule, Where
from protocol.model.time import DAY, WEEK
from protocol.semantics.arriving import arrive
from protocol.semantics.prepared import prepare
from protocol.semantics.truth import truth
from protocol.semantics.watch import watch
from protocol.testing import courses, protocols
from tests.semantics.small import LOW, ON, PROTOCOL, visit, with_rules

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def seen(protocol: Protocol, rule: str, *visits: Visit) -> list[bool | None]:
    """The answers of one rule at these visits."""
    return [answer.holds for _, answer in watch(protocol, Course("one", visits)).of(rule)]


def asking(guard: Guard) -> Protocol:
    return with_rules(Rule("asked", (Where("before treatment"), *ON), guard, "must", Action("hold")))


def clock(name: str, operator: Operator, minutes: int, early: int = 0) -> Protocol:
    return asking(Compare(Clock(name), operator, F(minutes), early))  # type: ignore[arg-type]


def test_each_rule_of_treatment_is_true_false_or_not_known_at_each_visit() -> None:
    visits = (visit(0, anc=4, platelets=200), visit(7, anc="0.5"), visit(14, platelets=100), visit(40))
    found = watch(PROTOCOL, Course("one", visits))
    assert (found.protocol, found.fingerprint, found.course) == ("small", fingerprint(PROTOCOL), "one")
    assert [one.rule for one in found.visits[0].answers] == [
        "death", "hold-low", "hold-tox", "reduce", "escalate", "give-up",
    ]  # fmt: skip
    assert [answer.holds for _, answer in found.of("hold-low")] == [False, True, True, None]
    assert [answer.measured for _, answer in found.of("hold-low")] == [True, True, True, False]
    assert found.of("hold-low")[3][1].needs == ("anc", "platelets")
    assert [(fact.name, fact.value, fact.status) for fact in found.of("hold-low")[1][1].facts] == [
        ("anc", "0.5", "measured"),
        ("platelets", "200", "carried"),
    ]


def test_rules_of_other_places_are_watched_by_name() -> None:
    found = watch(PROTOCOL, Course("one", (visit(0, anc=2, platelets=80),)), ("resume-low", "start"))
    assert [(one.rule, one.holds) for one in found.visits[0].answers] == [("start", None), ("resume-low", True)]


def test_what_was_given_changes_nothing() -> None:
    visits = (visit(0, anc=4, platelets=200), visit(7, anc="0.5"), visit(14, anc=2))
    dosed = tuple(evolve(one, given=Given("stopped")) for one in visits)
    assert [one.answers for one in watch(PROTOCOL, Course("one", visits)).visits] == [
        one.answers for one in watch(PROTOCOL, Course("one", dosed)).visits
    ]


def test_a_reading_that_cannot_be_used_is_refused_and_reported() -> None:
    (one,) = watch(PROTOCOL, Course("one", (visit(0, anc=900, platelets=20),))).visits
    assert [refusal.observation.input for refusal in one.refused] == ["anc"]
    assert one.answers[1].holds is True


def test_visits_are_in_order_of_time() -> None:
    with pytest.raises(VisitError, match="Order the visits by time"):
        watch(PROTOCOL, Course("one", (visit(7), visit(0))))


# Clocks


def test_the_first_dose_is_at_minute_0_also_where_there_was_no_visit() -> None:
    due = clock("start", ">=", 4 * WEEK)
    assert seen(due, "asked", visit(-7), visit(27), visit(28)) == [True, False, True]  # before it, infinitely long ago
    assert seen(due, "asked", visit(0), visit(27), visit(28)) == [False, False, True]


def test_a_rule_is_asked_where_it_applies() -> None:
    found = watch(PROTOCOL, Course("one", (visit(-1), visit(0), visit(1))), [rule.name for rule in PROTOCOL.rules])
    assert [[answer.rule for answer in one.answers] for one in found.visits] == [
        ["death", "start"],
        [rule.name for rule in PROTOCOL.rules],
        [rule.name for rule in PROTOCOL.rules if rule.name != "start"],
    ]


def test_a_clock_of_the_dose_shows_at_most_the_time_since_the_start() -> None:
    days = (visit(-1), visit(0), visit(14), visit(15), visit(16))
    for name in ("dose raised", "dose change", "state"):
        assert seen(clock(name, "<=", 15 * DAY), "asked", *days) == [False, True, True, True, None]
        assert seen(clock(name, "<", 15 * DAY), "asked", *days) == [False, True, True, None, None]
        assert seen(clock(name, ">", 15 * DAY), "asked", *days) == [True, False, False, False, None]
        assert seen(clock(name, ">=", 15 * DAY), "asked", *days) == [True, False, False, None, None]
        assert seen(clock(name, ">=", 16 * DAY, DAY), "asked", *days) == [True, False, False, None, None]
        assert seen(clock(name, "==", 15 * DAY), "asked", *days) == [False, False, False, None, None]
        assert seen(clock(name, "!=", 15 * DAY), "asked", *days) == [True, True, True, None, None]


def test_before_the_first_dose_the_stopwatch_shows_nothing() -> None:
    days = (visit(-1), visit(0), visit(15), visit(16))
    assert seen(clock("treatment", "<=", 15 * DAY), "asked", *days) == [True, True, True, None]
    assert seen(clock("treatment", ">=", 15 * DAY), "asked", *days) == [False, False, None, None]


def test_what_may_never_have_been_is_open_from_the_start_on() -> None:
    for name in ("hold", "dose lowered"):
        assert seen(clock(name, "<=", 15 * DAY), "asked", visit(-1), visit(0), visit(1)) == [False, None, None]
        assert seen(clock(name, ">", 15 * DAY), "asked", visit(-1), visit(0), visit(1)) == [True, None, None]


def test_what_has_been_taken_is_open_from_the_start_on() -> None:
    taken = asking(Compare(CumulativeDose("mg"), ">=", F(1000)))
    assert seen(taken, "asked", visit(-1), visit(0), visit(1)) == [False, None, None]


def test_what_depends_on_the_dose_is_named() -> None:
    late = asking(And((Is("response", "none"), Compare(Clock("dose raised"), "<=", F(15 * DAY)))))
    found = watch(late, Course("one", (visit(0), visit(20), visit(21, response="partial"), visit(22, response="none"))))
    assert [answer.needs for _, answer in found.of("asked")] == [
        ("response",),
        ("response", "time since dose raised"),
        (),
        ("time since dose raised",),
    ]
    assert found.of("asked")[2][1].holds is False


# Trackers and dates


def test_trackers_begin_with_the_first_dose() -> None:
    counted = evolve(
        asking(Compare(Tracked("falls"), ">=", F(1))),
        trackers=(Tracker("falls", "episodes", LOW), Tracker("from-before", "episodes", LOW, from_baseline=True)),
    )
    low, well = {"anc": "0.5", "platelets": 200}, {"anc": 4, "platelets": 200}
    assert seen(counted, "asked", visit(-7, **low), visit(0, **well), visit(7, **well), visit(14, **low)) == [
        False,
        False,
        False,
        True,
    ]
    before = evolve(counted, rules=asking(Compare(Tracked("from-before"), ">=", F(1))).rules)
    assert seen(before, "asked", visit(-7, **low), visit(3, **well)) == [True, True]
    # As in a decision, the visit of the first dose is not yet one of those that trackers see.
    assert seen(counted, "asked", visit(0, **low), visit(7, **well)) == [False, False]


def test_what_depends_on_a_date_is_not_known() -> None:
    ranged = evolve(visit(20), latest=30 * DAY)
    found = watch(clock("start", ">=", 4 * WEEK), Course("one", (visit(0), ranged, visit(31))))
    assert [(one.holds, one.on_date) for _, one in found.of("asked")] == [(False, False), (None, True), (True, False)]


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_what_is_known_of_a_watched_patient_is_so_whatever_the_dose(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    course = data.draw(courses(protocol, min_visits=2))
    assume(not any(rule.action.anew for rule in protocol.rules))
    # What is not known has points of its own in a score, which is therefore always known.
    assume(
        not any(
            isinstance(node, Compare) and isinstance(node.term, Clock)
            for one in protocol.scores
            for when in one.guards()
            for node in nodes(when)
        )
    )
    first = Visit(0, course.visits[0].observations, Given("regimen", protocol.levels[0].regimen, protocol.levels[0].name))
    assume(first.time <= course.visits[1].time)
    course = evolve(course, visits=(first, *course.visits[1:]))
    prepared, state = prepare(protocol), initial(protocol)
    dosed = any(isinstance(term, Clock | CumulativeDose) and term != Clock("start") for term in prepared.constants)
    names = tuple(rule.name for rule in prepared.rules)
    for one, answers in zip(course.visits, watch(protocol, course, names).visits, strict=True):
        scene, _ = arrive(prepared, state, one)
        for answer in answers.answers:
            really = truth(scene, prepared.rules[prepared.place[answer.rule]].when)
            # At minute 0 the reference still has the clocks of before treatment.
            assert one.time == 0 or answer.holds is really or (dosed and answer.holds is None), (answer.rule, one.time)
            assert bool(answer.needs) == (answer.holds is None)
        state = step(protocol, state, one).state
